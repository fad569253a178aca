// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const requestLogPages: PageAt[] = [{ path: "/request-log", page: lazy(() => import("./log-page")) }];
