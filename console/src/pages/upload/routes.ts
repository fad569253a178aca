// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

const page = lazy(() => import("./page"));

export const uploadPages: PageAt[] = [
  { path: "/kms-keys/create", page },
  { path: "/kms-keys/upload", page },
];
