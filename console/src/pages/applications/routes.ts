// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const applicationsPages: PageAt[] = [
  { path: "/applications", page: lazy(() => import("./list-page")) },
  { path: "/applications/:id", page: lazy(() => import("./application-page")) },
];
