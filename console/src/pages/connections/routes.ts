// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const connectionsPages: PageAt[] = [
  { path: "/connections", page: lazy(() => import("./list-page")) },
  { path: "/connections/add", page: lazy(() => import("./add-page")) },
  { path: "/connections/:id", page: lazy(() => import("./details-page")) },
  { path: "/connections/:id/edit", page: lazy(() => import("./edit-page")) },
];
