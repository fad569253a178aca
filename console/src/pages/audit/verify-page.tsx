// Verifies the whole log: its key, its newest checkpoint, and that it goes on from what was seen here before.
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { useRead } from "../../api/read";
import { browserMemory } from "../../audit/remembered";
import { exactly } from "../../format/time";
import { Loaded } from "../../notices/loaded";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import { Remembered } from "./remembered";
import { Verification } from "./verification";
import { WholeLogDenied } from "./whole-log";
import { Witnesses } from "./witnesses";

const words = text.audit.verify;

function ServersKey() {
  const key = useRead("/api/v1/audit/key");
  return (
    <Loaded of={key}>
      {({ key, created_at: made }) => (
        <SpaceBetween size="xs">
          <span className="mono">{key}</span>
          {words.keySince(exactly(made))}
          <CopyToClipboard
            copyButtonText={words.copyKey}
            textToCopy={key}
            copySuccessText={text.shell.copied}
            copyErrorText={text.shell.copyFailed}
          />
        </SpaceBetween>
      )}
    </Loaded>
  );
}

export default function VerifyPage() {
  usePage(
    words.title,
    [{ text: text.audit.title, href: "/audit" }],
    <Help title={words.title} words={["approval"]}>
      <p>{text.audit.help}</p>
      <p>{text.audit.helpKeep}</p>
    </Help>,
  );
  const [keptKey, setKeptKey] = useState("");
  const [seen, setSeen] = useState(() => browserMemory.load());
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={words.description}>
          {words.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <WholeLogDenied />
        <Container>
          <Verification kept={[keptKey, setKeptKey]} onDone={() => setSeen(browserMemory.load())} />
        </Container>
        <Container header={<Header variant="h2">{words.keyOfServer}</Header>}>
          <ServersKey />
        </Container>
        <Witnesses keptKey={keptKey} />
        <Remembered
          seen={seen}
          onForget={() => {
            browserMemory.forget();
            setSeen(undefined);
          }}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}
