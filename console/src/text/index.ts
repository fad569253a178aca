// The texts of the console, in one place. Another language is another folder of the same form.
import * as en from "./en";

export const text = en;
