// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const auditPages: PageAt[] = [
  { path: "/audit", page: lazy(() => import("./list-page")) },
  { path: "/audit/verify", page: lazy(() => import("./verify-page")) },
];
