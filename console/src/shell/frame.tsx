// The frame around every page: top, navigation, breadcrumbs, notices, help.
import AppLayout from "@cloudscape-design/components/app-layout";
import Alert from "@cloudscape-design/components/alert";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import SideNavigation, { type SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import Spinner from "@cloudscape-design/components/spinner";
import TopNavigation from "@cloudscape-design/components/top-navigation";
import { Suspense, useMemo, useState } from "react";
import { Outlet, useLocation, useNavigate } from "react-router";

import { LiveProvider } from "../api/live";
import { useRead } from "../api/read";
import { NoticesBar } from "../notices/notices";
import { Failsafe } from "./failsafe";
import { IdleWarning } from "../session/idle-warning";
import { SignOutDialog } from "../session/sign-out-dialog";
import { useDialog } from "./use-dialog";
import { ProviderFailure } from "../session/provider-failure";
import { useMe, useSession } from "../session/session";
import { text } from "../text";
import { CONTENT } from "./focus";
import { Link } from "./link";
import { PageContext, windowTitle, type PageFacts } from "./page";
import { SECTIONS } from "./pages";
import { ServerGone, ServerGoneProvider } from "./server-gone";
import { useTheme, type Theme } from "./theme";

const words = text.shell;
const THEMES: Theme[] = ["system", "light", "dark"];
const SEAL_EVERY = 60_000;

function Top({ onHelp }: { onHelp: () => void }) {
  const me = useMe();
  const { signOut } = useSession();
  const navigate = useNavigate();
  const [theme, setTheme] = useTheme();
  const [dialog, open] = useDialog();
  const { provider } = me;
  const leave = () => {
    if (provider == null) void signOut(text.session.signedOut);
    else open((close) => <SignOutDialog provider={provider} onClose={close} />);
  };
  const follow = (id: string) => {
    if (id === "me") return void navigate("/me");
    if (id === "sign-out") leave();
    else setTheme(THEMES.find((one) => `theme/${one}` === id) ?? "system");
  };
  return (
    <>
      <TopNavigation
        identity={{
          href: "/",
          title: words.product,
          onFollow: (event) => (event.preventDefault(), void navigate("/")),
        }}
        utilities={[
          { type: "button", text: words.help, iconName: "status-info", onClick: onHelp },
          {
            type: "menu-dropdown",
            text: me.name,
            iconName: "user-profile",
            onItemClick: ({ detail }) => follow(detail.id),
            items: [
              { id: "me", text: words.user.settings },
              ...THEMES.map((one) => ({
                id: `theme/${one}`,
                text: words.theme[one],
                itemType: "checkbox" as const,
                checked: one === theme,
              })),
              { id: "sign-out", text: words.user.signOut },
            ],
          },
        ]}
      />
      {dialog}
    </>
  );
}

function Navigation() {
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const active = useMemo(() => {
    const paths = SECTIONS.flatMap(({ pages }) => pages.map(({ path }) => path));
    return paths
      .filter((path) => pathname === path || (path !== "/" && pathname.startsWith(`${path}/`)))
      .at(-1);
  }, [pathname]);
  const items = SECTIONS.flatMap<SideNavigationProps.Item>(({ title, pages }) => {
    const links = pages.map(({ path, name }) => ({ type: "link" as const, text: name, href: path }));
    return title === undefined ? links : [{ type: "section-group", title, items: links }];
  });
  return (
    <SideNavigation
      activeHref={active ?? pathname}
      items={items}
      onFollow={(event) => {
        event.preventDefault();
        void navigate(event.detail.href);
      }}
    />
  );
}

function Sealed() {
  const { data } = useRead("/api/v1/seal", {}, { every: SEAL_EVERY });
  if (data?.sealed !== true) return null;
  return (
    <Alert
      type="warning"
      header={words.sealed.title}
      action={<Link to="/settings/seal">{words.sealed.action}</Link>}
    >
      {words.sealed.detail}
    </Alert>
  );
}

/** The first stop of the keyboard: past everything that is the same on all pages. */
function SkipLink() {
  return (
    <a
      className="skip"
      href={`#${CONTENT}`}
      onClick={(event) => {
        event.preventDefault();
        document.getElementById(CONTENT)?.focus();
      }}
    >
      {words.skip}
    </a>
  );
}

/** The thing that an address is about: the tabs of one thing are one page. */
function thingOf(pathname: string): string {
  return pathname.split("/", 3).join("/");
}

const NOTHING: PageFacts = { title: words.product, crumbs: [], help: null };

export function Frame() {
  const [facts, setFacts] = useState(NOTHING);
  const [toolsOpen, setToolsOpen] = useState(false);
  const [navigationOpen, setNavigationOpen] = useState(true);
  const navigate = useNavigate();
  const { pathname } = useLocation();
  return (
    <LiveProvider>
      <ServerGoneProvider>
        <PageContext value={setFacts}>
          <SkipLink />
          <div id="top">
            <Top onHelp={() => setToolsOpen(true)} />
          </div>
          <AppLayout
            headerSelector="#top"
            toolsOpen={toolsOpen}
            onToolsChange={({ detail }) => setToolsOpen(detail.open)}
            tools={facts.help}
            toolsHide={facts.help === null}
            navigationOpen={navigationOpen}
            onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
            navigation={<Navigation />}
            notifications={<NoticesBar />}
            breadcrumbs={
              <BreadcrumbGroup
                ariaLabel={words.breadcrumbs}
                items={[
                  { text: words.product, href: "/" },
                  ...facts.crumbs,
                  { text: facts.title, href: pathname },
                ]}
                onFollow={(event) => {
                  event.preventDefault();
                  void navigate(event.detail.href);
                }}
              />
            }
            ariaLabels={{
              navigation: words.navigation,
              navigationClose: words.closeNavigation,
              navigationToggle: words.openNavigation,
              notifications: words.notifications,
              tools: words.help,
              toolsClose: words.closeHelp,
              toolsToggle: words.openHelp,
            }}
            contentType="default"
            content={
              <div id={CONTENT} tabIndex={-1} className="content">
                <div className="above">
                  <ServerGone />
                  <Sealed />
                  <ProviderFailure />
                </div>
                <Failsafe key={thingOf(pathname)} place={pathname}>
                  <Suspense fallback={<Spinner size="large" />}>
                    <Outlet />
                  </Suspense>
                </Failsafe>
              </div>
            }
          />
          <IdleWarning />
          {/* Browsers do not tell of a title that changes without a new page. */}
          <div role="status" className="heard">
            {windowTitle(facts.title)}
          </div>
        </PageContext>
      </ServerGoneProvider>
    </LiveProvider>
  );
}
