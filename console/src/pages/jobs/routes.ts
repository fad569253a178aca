// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const jobsPages: PageAt[] = [
  { path: "/jobs", load: () => import("./list-page") },
  { path: "/jobs/:id", load: () => import("./job-page") },
  { path: "/schedules", load: () => import("./schedules-page") },
  { path: "/schedules/:subject", load: () => import("./schedule-page") },
];
