// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const policiesPages: PageAt[] = [
  { path: "/roles", page: lazy(() => import("./roles-page")) },
  { path: "/roles/:id", page: lazy(() => import("./role-page")) },
  { path: "/policies", page: lazy(() => import("./policies-page")) },
  { path: "/policies/:id", page: lazy(() => import("./policy-page")) },
  { path: "/who-can", page: lazy(() => import("./who-can-page")) },
];
