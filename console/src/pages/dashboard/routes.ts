// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const dashboardPages: PageAt[] = [{ path: "/", page: lazy(() => import("./dashboard-page")) }];
