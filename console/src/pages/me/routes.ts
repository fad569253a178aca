// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const mePages: PageAt[] = [{ path: "/me", load: () => import("./me-page") }];
