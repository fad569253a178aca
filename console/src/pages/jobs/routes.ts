// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const jobsPages: PageAt[] = [
  { path: "/jobs", page: lazy(() => import("./list-page")) },
  { path: "/jobs/:id", page: lazy(() => import("./job-page")) },
  { path: "/schedules", page: lazy(() => import("./schedules-page")) },
];
