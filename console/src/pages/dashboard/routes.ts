// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const dashboardPages: PageAt[] = [{ path: "/", load: () => import("./dashboard-page") }];
