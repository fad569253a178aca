// One request: what was frozen, what it would do, who said what, and what I can do.
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "react-router";

import { useRead } from "../../api/read";
import { exactly, fromNow } from "../../format/time";
import { Loaded } from "../../notices/loaded";
import type { Approval } from "../../operation/operation";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import { RequestActions } from "./actions";
import { RequestState } from "./columns";
import { Consent } from "./consent";
import { Frozen } from "./frozen";
import { summaryOf } from "../../operation/waiting";

const words = text.approvals;
const ASK_EVERY = 5_000;

function Facts({ request }: { request: Approval }) {
  const { columns } = words;
  return (
    <Container header={<Header variant="h2">{words.facts}</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: columns.state, value: <RequestState request={request} /> },
          { label: columns.requester, value: request.requester },
          { label: columns.reason, value: request.reason },
          { label: columns.action, value: <Box variant="code">{request.action}</Box> },
          { label: columns.asked, value: exactly(request.created_at) },
          {
            label: columns.expires,
            value: `${exactly(request.expires_at)} (${fromNow(request.expires_at)})`,
          },
        ]}
      />
    </Container>
  );
}

export default function ApprovalPage() {
  const { id = "" } = useParams();
  const reading = useRead("/api/v1/approvals/{approval}", { path: { approval: id } }, { every: ASK_EVERY });
  const title = reading.data === undefined ? words.one : summaryOf(reading.data);
  usePage(
    title,
    [{ text: words.title, href: "/approvals" }],
    <Help title={words.one} words={["approval", "plan", "job"]}>
      {words.oneHelp}
    </Help>,
  );
  return (
    <Loaded of={reading}>
      {(request) => (
        <ContentLayout
          header={
            <Header variant="h1" description={request.reason} actions={<RequestActions request={request} />}>
              {title}
            </Header>
          }
        >
          <SpaceBetween size="l">
            <Facts request={request} />
            <Frozen request={request} />
            <Consent request={request} />
          </SpaceBetween>
        </ContentLayout>
      )}
    </Loaded>
  );
}
