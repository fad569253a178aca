// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const kmsKeysPages: PageAt[] = [
  { path: "/kms-keys", load: () => import("./list-page") },
  { path: "/all-keys", load: () => import("./all-keys-page") },
  { path: "/kms-keys/:id/:tab?", load: () => import("./details/page") },
];
