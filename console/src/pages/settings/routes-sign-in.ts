// Where the pages about sign-in providers are.
import type { PageAt } from "../../shell/page-at";

export const signInProvidersPages: PageAt[] = [
  { path: "/settings/sign-in-providers", load: () => import("./sign-in-providers/list-page") },
  { path: "/settings/sign-in-providers/:id", load: () => import("./sign-in-providers/provider-page") },
];
