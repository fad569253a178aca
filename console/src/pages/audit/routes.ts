// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const auditPages: PageAt[] = [
  { path: "/audit", load: () => import("./list-page") },
  { path: "/audit/verify", load: () => import("./verify-page") },
];
