// One alert: what it is about, its particulars, and who was told.
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "react-router";

import { useRead } from "../../api/read";
import { subjectPage } from "../../format/subject";
import { exactly, fromNow } from "../../format/time";
import { Loaded } from "../../notices/loaded";
import { Help } from "../../shell/help";
import { Link } from "../../shell/link";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import { AcknowledgeButton } from "./acknowledge";
import { Deliveries } from "./deliveries";
import { Findings } from "./findings-table";
import { othersOf } from "./findings";
import { RestoreButton } from "./restore";
import { SeverityMark, StandingMark, type Alert } from "./severity";

const words = text.alerts;

function Subject({ alert }: { alert: Alert }) {
  const page = subjectPage(alert.subject);
  return page === undefined ? alert.name : <Link to={page}>{alert.name}</Link>;
}

function Facts({ alert }: { alert: Alert }) {
  const { columns } = words;
  const noted =
    alert.acknowledged_at == null
      ? text.shell.none
      : words.notedBy(alert.acknowledged_by ?? text.shell.none, exactly(alert.acknowledged_at));
  const over = alert.resolved_at == null ? text.shell.none : exactly(alert.resolved_at);
  return (
    <Container header={<Header variant="h2">{words.facts}</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: columns.severity, value: <SeverityMark severity={alert.severity} /> },
          { label: columns.standing, value: <StandingMark alert={alert} /> },
          { label: columns.name, value: <Subject alert={alert} /> },
          { label: columns.code, value: <Box variant="code">{alert.code}</Box> },
          {
            label: columns.since,
            value: `${exactly(alert.opened_at)} (${fromNow(alert.opened_at)})`,
          },
          { label: columns.seen, value: exactly(alert.seen_at) },
          { label: columns.acknowledged, value: noted },
          { label: columns.over, value: over },
          ...othersOf(alert.details).map(([label, value]) => ({ label, value })),
        ]}
      />
    </Container>
  );
}

export default function AlertPage() {
  const { id = "" } = useParams();
  const reading = useRead("/api/v1/alerts/{alert}", { path: { alert: id } });
  usePage(
    reading.data?.message ?? words.one,
    [{ text: words.title, href: "/alerts" }],
    <Help title={words.one} words={["drift", "kmsKey", "keystore"]}>
      {words.oneHelp}
    </Help>,
  );
  return (
    <Loaded of={reading}>
      {(alert) => (
        <ContentLayout
          header={
            <Header
              variant="h1"
              description={alert.name}
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <RestoreButton alert={alert} />
                  <AcknowledgeButton alert={alert} />
                </SpaceBetween>
              }
            >
              {alert.message}
            </Header>
          }
        >
          <SpaceBetween size="l">
            <Facts alert={alert} />
            <Findings details={alert.details} />
            <Deliveries deliveries={alert.deliveries ?? []} />
          </SpaceBetween>
        </ContentLayout>
      )}
    </Loaded>
  );
}
