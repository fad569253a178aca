// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const mePages: PageAt[] = [{ path: "/me", page: lazy(() => import("./me-page")) }];
