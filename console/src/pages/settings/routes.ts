// Where the pages of this part are.
import { lazy } from "react";

import type { PageAt } from "../../shell/page-at";

export const settingsPages: PageAt[] = [
  { path: "/settings", page: lazy(() => import("./overview-page")) },
  { path: "/settings/seal", page: lazy(() => import("./seal/seal-page")) },
  { path: "/settings/proxy", page: lazy(() => import("./proxy-page")) },
  { path: "/settings/crypto-policies", page: lazy(() => import("./crypto/policies-page")) },
  { path: "/settings/use-periods", page: lazy(() => import("./use-periods/periods-page")) },
  {
    path: "/settings/audit-destinations",
    page: lazy(() => import("./audit-destinations/destinations-page")),
  },
  { path: "/settings/about", page: lazy(() => import("./about-page")) },
];
