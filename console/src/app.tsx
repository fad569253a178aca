// Who may see what: the sign-in page for everybody, all else for whoever is signed in.
import Spinner from "@cloudscape-design/components/spinner";
import { useMemo } from "react";
import { Route, Routes } from "react-router";

import { NoticesProvider } from "./notices/notices";
import { ConfirmedProvider } from "./session/confirmed";
import { FirstPasswordPage } from "./session/first-password-page";
import { useSession } from "./session/session";
import { SecondFactorPage } from "./session/second-factor-page";
import { SignInPage } from "./session/sign-in-page";
import { UnsealPage } from "./session/unseal-page";
import { Frame } from "./shell/frame";
import { NotFound } from "./shell/not-found";
import { PAGES } from "./shell/pages";
import { useTheme } from "./shell/theme";

export function App() {
  const { me, isPending, limit } = useSession();
  useTheme();
  const routes = useMemo(
    () => PAGES.map(({ path, page: Page }) => <Route key={path} path={path} element={<Page />} />),
    [],
  );
  if (isPending) return <Spinner size="large" />;
  if (limit === "change-password") return <FirstPasswordPage />;
  if (limit === "set-up-second-factor") return <SecondFactorPage />;
  if (limit === "unseal") return <UnsealPage />;
  if (me === undefined) return <SignInPage />;
  return (
    <NoticesProvider key={me.id}>
      <ConfirmedProvider>
        <Routes>
          <Route element={<Frame />}>
            {routes}
            <Route path="*" element={<NotFound />} />
          </Route>
        </Routes>
      </ConfirmedProvider>
    </NoticesProvider>
  );
}
