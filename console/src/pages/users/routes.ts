// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const usersPages: PageAt[] = [
  { path: "/users", page: lazy(() => import("./list-page")) },
  { path: "/users/:id", page: lazy(() => import("./user-page")) },
  { path: "/groups", page: lazy(() => import("./groups-page")) },
  { path: "/groups/:id", page: lazy(() => import("./group-page")) },
];
