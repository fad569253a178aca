// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const keystoresPages: PageAt[] = [
  { path: "/keystores", page: lazy(() => import("./list-page")) },
  { path: "/keystores/create", page: lazy(() => import("./create-page")) },
  { path: "/keystores/:id", page: lazy(() => import("./details-page")) },
];
