// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const keysPages: PageAt[] = [
  { path: "/keys", page: lazy(() => import("./list-page")) },
  { path: "/keys/preparations", page: lazy(() => import("./preparations-page")) },
  { path: "/keys/:id", page: lazy(() => import("./key-page")) },
];
