// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const kmsKeysPages: PageAt[] = [
  { path: "/kms-keys", page: lazy(() => import("./list-page")) },
  { path: "/all-keys", page: lazy(() => import("./all-keys-page")) },
  { path: "/kms-keys/:id/:tab?", page: lazy(() => import("./details/page")) },
];
