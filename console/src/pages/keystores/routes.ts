// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const keystoresPages: PageAt[] = [
  { path: "/keystores", load: () => import("./list-page") },
  { path: "/keystores/create", load: () => import("./create-page") },
  { path: "/keystores/:id", load: () => import("./details-page") },
];
