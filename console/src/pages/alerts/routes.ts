// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const alertsPages: PageAt[] = [
  { path: "/alerts", page: lazy(() => import("./list-page")) },
  { path: "/alerts/destinations", page: lazy(() => import("./destinations-page")) },
  { path: "/alerts/:id", page: lazy(() => import("./alert-page")) },
];
