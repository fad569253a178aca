// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const usersPages: PageAt[] = [
  { path: "/users", load: () => import("./list-page") },
  { path: "/users/:id", load: () => import("./user-page") },
  { path: "/groups", load: () => import("./groups-page") },
  { path: "/groups/:id", load: () => import("./group-page") },
];
