// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const connectionsPages: PageAt[] = [
  { path: "/connections", load: () => import("./list-page") },
  { path: "/connections/add", load: () => import("./add-page") },
  { path: "/connections/:id", load: () => import("./details-page") },
  { path: "/connections/:id/edit", load: () => import("./edit-page") },
];
