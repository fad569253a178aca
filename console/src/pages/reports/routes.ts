// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const reportsPages: PageAt[] = [{ path: "/reports", page: lazy(() => import("./reports-page")) }];
