// Where the pages about sign-in providers are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const signInProvidersPages: PageAt[] = [
  { path: "/settings/sign-in-providers", page: lazy(() => import("./sign-in-providers/list-page")) },
  { path: "/settings/sign-in-providers/:id", page: lazy(() => import("./sign-in-providers/provider-page")) },
];
