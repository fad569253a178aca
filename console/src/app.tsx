// Who may see what: the sign-in page for everybody, all else for whoever is signed in.
import Spinner from "@cloudscape-design/components/spinner";
import { lazy } from "react";
import { Route, Routes } from "react-router";

import { NoticesProvider } from "./notices/notices";
import { ConfirmedProvider } from "./session/confirmed";
import { FirstPasswordPage } from "./session/first-password-page";
import { usePresence } from "./session/presence";
import { useSession } from "./session/session";
import { SecondFactorPage } from "./session/second-factor-page";
import { SignInPage } from "./session/sign-in-page";
import { UnsealPage } from "./session/unseal-page";
import { Frame } from "./shell/frame";
import { NotFound } from "./shell/not-found";
import { PAGES } from "./shell/pages";
import { useTheme } from "./shell/theme";

const ROUTES = PAGES.map(({ path, load }) => {
  const Page = lazy(load);
  return <Route key={path} path={path} element={<Page />} />;
});

export function App() {
  const { me, isPending, limit } = useSession();
  useTheme();
  usePresence();
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
            {ROUTES}
            <Route path="*" element={<NotFound />} />
          </Route>
        </Routes>
      </ConfirmedProvider>
    </NoticesProvider>
  );
}
