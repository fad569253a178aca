// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const applicationsPages: PageAt[] = [
  { path: "/applications", load: () => import("./list-page") },
  { path: "/applications/:id", load: () => import("./application-page") },
];
