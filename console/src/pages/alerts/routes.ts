// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const alertsPages: PageAt[] = [
  { path: "/alerts", load: () => import("./list-page") },
  { path: "/alerts/destinations", load: () => import("./destinations-page") },
  { path: "/alerts/:id", load: () => import("./alert-page") },
];
