// Every page, and the navigation at the side.
import { matchRoutes } from "react-router";

import { alertsPages } from "../pages/alerts/routes";
import { applicationsPages } from "../pages/applications/routes";
import { approvalsPages } from "../pages/approvals/routes";
import { auditPages } from "../pages/audit/routes";
import { connectionsPages } from "../pages/connections/routes";
import { dashboardPages } from "../pages/dashboard/routes";
import { jobsPages } from "../pages/jobs/routes";
import { keysPages } from "../pages/keys/routes";
import { keystoresPages } from "../pages/keystores/routes";
import { kmsKeysPages } from "../pages/kms-keys/routes";
import { mePages } from "../pages/me/routes";
import { policiesPages } from "../pages/policies/routes";
import { reportsPages } from "../pages/reports/routes";
import { requestLogPages } from "../pages/request-log/routes";
import { settingsPages } from "../pages/settings/routes";
import { signInProvidersPages } from "../pages/settings/routes-sign-in";
import { uploadPages } from "../pages/upload/routes";
import { usersPages } from "../pages/users/routes";
import { text } from "../text";
import type { PageAt } from "./page-at";

const names = text.shell.pages;

export const PAGES: PageAt[] = [
  ...dashboardPages,
  ...connectionsPages,
  ...keystoresPages,
  ...kmsKeysPages,
  ...uploadPages,
  ...keysPages,
  ...jobsPages,
  ...approvalsPages,
  ...alertsPages,
  ...auditPages,
  ...requestLogPages,
  ...reportsPages,
  ...usersPages,
  ...applicationsPages,
  ...policiesPages,
  ...settingsPages,
  ...signInProvidersPages,
  ...mePages,
];

/** Begins to load the code of the page at this place. Whether that succeeds is told when the page is shown. */
export function beginLoading(pathname: string): void {
  const [found] = matchRoutes(PAGES, pathname) ?? [];
  found?.route.load().catch(() => undefined);
}

export interface Section {
  title: string | undefined;
  pages: { path: string; name: string }[];
}

/** The navigation at the side. */
export const SECTIONS: Section[] = [
  { title: undefined, pages: [{ path: "/", name: names.dashboard }] },
  {
    title: text.shell.sections.fleet,
    pages: [
      { path: "/connections", name: names.connections },
      { path: "/keystores", name: names.keystores },
      { path: "/kms-keys", name: names.kmsKeys },
      { path: "/keys", name: names.keys },
      { path: "/all-keys", name: names.allKeys },
    ],
  },
  {
    title: text.shell.sections.work,
    pages: [
      { path: "/jobs", name: names.jobs },
      { path: "/schedules", name: names.schedules },
      { path: "/approvals", name: names.approvals },
      { path: "/alerts", name: names.alerts },
    ],
  },
  {
    title: text.shell.sections.proof,
    pages: [
      { path: "/audit", name: names.audit },
      { path: "/request-log", name: names.requestLog },
      { path: "/reports", name: names.reports },
    ],
  },
  {
    title: text.shell.sections.administration,
    pages: [
      { path: "/users", name: names.users },
      { path: "/groups", name: names.groups },
      { path: "/roles", name: names.roles },
      { path: "/applications", name: names.applications },
      { path: "/policies", name: names.policies },
      { path: "/settings", name: names.settings },
    ],
  },
];
