// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

const load = () => import("./page");

export const uploadPages: PageAt[] = [
  { path: "/kms-keys/create", load },
  { path: "/kms-keys/upload", load },
];
