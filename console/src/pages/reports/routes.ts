// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const reportsPages: PageAt[] = [{ path: "/reports", load: () => import("./reports-page") }];
