// This server, its log, and its licence.
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import CloudscapeLink from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { useRead } from "../../api/read";
import { useReady, type Ready } from "../../api/ready";
import { Loaded } from "../../notices/loaded";
import { useMe } from "../../session/session";
import { Help } from "../../shell/help";
import { Link } from "../../shell/link";
import { text } from "../../text";
import { useSettingsPage } from "./settings-page";

const words = text.settings.about;
const DOCUMENT = "/api/v1/openapi.json";

function State({ isGood, good, bad }: { isGood: boolean; good: string; bad: string }) {
  return <StatusIndicator type={isGood ? "success" : "warning"}>{isGood ? good : bad}</StatusIndicator>;
}

function Parts({ ready }: { ready: Ready }) {
  const { seal } = text.settings;
  return (
    <KeyValuePairs
      columns={3}
      items={[
        {
          label: words.ready,
          value: <State isGood={ready.ready} good={words.readyYes} bad={words.readyNo} />,
        },
        {
          label: words.database,
          value: <State isGood={ready.database} good={text.shell.yes} bad={text.shell.no} />,
        },
        { label: words.sealed, value: <State isGood={!ready.sealed} good={seal.open} bad={seal.sealed} /> },
        {
          label: words.quarantined,
          value: <State isGood={ready.quarantined !== true} good={text.shell.no} bad={text.shell.yes} />,
        },
        {
          label: words.requestLog,
          value: (
            <State
              isGood={ready.request_log_failing !== true}
              good={words.working}
              bad={words.requestLogFailing}
            />
          ),
        },
      ]}
    />
  );
}

function versionOf(document: unknown): string {
  if (typeof document !== "object" || document === null || !("info" in document)) return text.shell.none;
  const { info } = document;
  const isTold = typeof info === "object" && info !== null && "version" in info;
  return isTold && typeof info.version === "string" ? info.version : text.shell.none;
}

function Facts() {
  const document = useRead(DOCUMENT);
  const key = useRead("/api/v1/audit/key");
  const me = useMe();
  return (
    <KeyValuePairs
      columns={2}
      items={[
        { label: words.product, value: `${text.shell.product} ${me.server_version}` },
        { label: words.server, value: window.location.host },
        { label: words.api, value: versionOf(document.data) },
        {
          label: words.licence,
          value: words.licenceName,
        },
        {
          label: words.logKey,
          value: (
            <Loaded of={key}>
              {(data) => (
                <>
                  <span className="mono">{data.key}</span>{" "}
                  <Link to="/audit/verify">{text.audit.verifyLog}</Link>
                </>
              )}
            </Loaded>
          ),
        },
        { label: words.fingerprint, value: words.fingerprintHelp },
        {
          label: words.document,
          value: (
            <CloudscapeLink href={DOCUMENT} target="_blank">
              {DOCUMENT}
            </CloudscapeLink>
          ),
        },
      ]}
    />
  );
}

export default function AboutPage() {
  useSettingsPage(
    words.title,
    <Help title={words.title} words={["seal"]}>
      {words.description}
    </Help>,
  );
  const ready = useReady();
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={words.description}>
          {words.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Container>
          <Facts />
        </Container>
        <Container header={<Header variant="h2">{words.parts}</Header>}>
          <Loaded of={ready}>{(data) => <Parts ready={data} />}</Loaded>
        </Container>
      </SpaceBetween>
    </ContentLayout>
  );
}
