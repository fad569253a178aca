// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const policiesPages: PageAt[] = [
  { path: "/roles", load: () => import("./roles-page") },
  { path: "/roles/:id", load: () => import("./role-page") },
  { path: "/policies", load: () => import("./policies-page") },
  { path: "/policies/:id", load: () => import("./policy-page") },
  { path: "/who-can", load: () => import("./who-can-page") },
];
