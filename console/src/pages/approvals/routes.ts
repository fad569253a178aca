// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const approvalsPages: PageAt[] = [
  { path: "/approvals", load: () => import("./list-page") },
  { path: "/approvals/rules", load: () => import("./rules-page") },
  { path: "/approvals/:id", load: () => import("./approval-page") },
];
