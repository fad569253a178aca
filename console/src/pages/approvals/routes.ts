// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const approvalsPages: PageAt[] = [
  { path: "/approvals", page: lazy(() => import("./list-page")) },
  { path: "/approvals/rules", page: lazy(() => import("./rules-page")) },
  { path: "/approvals/:id", page: lazy(() => import("./approval-page")) },
];
