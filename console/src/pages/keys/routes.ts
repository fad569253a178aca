// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const keysPages: PageAt[] = [
  { path: "/keys", load: () => import("./list-page") },
  { path: "/keys/preparations", load: () => import("./preparations-page") },
  { path: "/keys/:id", load: () => import("./key-page") },
];
