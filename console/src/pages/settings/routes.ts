// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const settingsPages: PageAt[] = [
  { path: "/settings", load: () => import("./overview-page") },
  { path: "/settings/seal", load: () => import("./seal/seal-page") },
  { path: "/settings/proxy", load: () => import("./proxy-page") },
  { path: "/settings/crypto-policies", load: () => import("./crypto/policies-page") },
  { path: "/settings/use-periods", load: () => import("./use-periods/periods-page") },
  {
    path: "/settings/audit-destinations",
    load: () => import("./audit-destinations/destinations-page"),
  },
  { path: "/settings/about", load: () => import("./about-page") },
];
