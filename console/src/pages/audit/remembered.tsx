// What this browser remembers of the log, and how to forget it.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import type { Remembered as Seen } from "../../audit/remembered";
import { save } from "../../format/save";
import { exactly } from "../../format/time";
import { Dialog } from "../../shell/dialog";
import { text } from "../../text";

const words = text.audit.verify;

function Facts({ seen }: { seen: Seen }) {
  const size = /^[^\n]*\n([0-9]+)\n/.exec(seen.note)?.[1];
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={2}
        items={[
          {
            label: words.remembered,
            value: size === undefined ? words.why["memory-damaged"] : words.rememberedSize(size),
          },
          { label: words.rememberedAt, value: seen.at === "" ? text.shell.none : exactly(seen.at) },
        ]}
      />
      <pre className="lines wrapped">{seen.note}</pre>
    </SpaceBetween>
  );
}

export function Remembered({ seen, onForget }: { seen: Seen | undefined; onForget: () => void }) {
  const [asking, setAsking] = useState(false);
  const download = () => {
    if (seen !== undefined) save("checkpoint", seen.note, "application/octet-stream");
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button disabled={seen === undefined} onClick={download}>
                {words.downloadRemembered}
              </Button>
              <Button disabled={seen === undefined} onClick={() => setAsking(true)}>
                {words.forget}
              </Button>
            </SpaceBetween>
          }
        >
          {words.remembered}
        </Header>
      }
    >
      {seen === undefined ? <Box>{words.rememberedNone}</Box> : <Facts seen={seen} />}
      {asking && (
        <Dialog
          title={words.forgetTitle}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button variant="link" onClick={() => setAsking(false)}>
                {text.shell.cancel}
              </Button>
              <Button
                variant="primary"
                onClick={() => {
                  setAsking(false);
                  onForget();
                }}
              >
                {words.forget}
              </Button>
            </>
          }
        >
          <Alert type="warning">{words.forgetDetail}</Alert>
        </Dialog>
      )}
    </Container>
  );
}
