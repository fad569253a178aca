// Where the pages of this part are.
import type { PageAt } from "../../shell/page-at";

export const requestLogPages: PageAt[] = [{ path: "/request-log", load: () => import("./log-page") }];
