// Witnesses: who else saw the log, when, and whether that holds.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import type { Schemas } from "../../api/client";
import { useRead } from "../../api/read";
import { readWitnessKey, verifyCosignature, type Cosignature } from "../../audit/cosignature";
import { Unproved, type Reason } from "../../audit/unproved";
import { exactly } from "../../format/time";
import { Loaded } from "../../notices/loaded";
import { text } from "../../text";
import { AddCosignature } from "./add-cosignature";
import { Cosigners } from "./cosigners";

const words = text.audit.witnesses;

type Signed = Schemas["SignedCheckpointView"];
type Found = { proved: Cosignature } | { why: Reason };

async function proofOf(note: string, key: string): Promise<Found> {
  try {
    return { proved: await verifyCosignature(note, await readWitnessKey(key.trim())) };
  } catch (error) {
    if (error instanceof Unproved) return { why: error.reason };
    throw error;
  }
}

function Check({ cosigned }: { cosigned: Signed }) {
  const [key, setKey] = useState("");
  const [found, setFound] = useState<Found>();
  return (
    <SpaceBetween size="s">
      <FormField label={words.key} description={words.keyHelp} stretch>
        <div className="beside">
          <Input
            value={key}
            spellcheck={false}
            autoComplete={false}
            onChange={({ detail }) => {
              setKey(detail.value);
              setFound(undefined);
            }}
          />
          <Button
            disabled={key.trim() === ""}
            onClick={() => void proofOf(cosigned.note, key).then(setFound)}
          >
            {words.check}
          </Button>
        </div>
      </FormField>
      <div aria-live="polite">
        {found !== undefined && "proved" in found && (
          <Alert type="success" header={words.proved(found.proved.witness)}>
            {words.provedDetail(cosigned.size, exactly(found.proved.at))}
          </Alert>
        )}
        {found !== undefined && "why" in found && (
          <Alert type="error" header={text.audit.verify.failed}>
            {found.why === "bad-key" ? words.badKey : text.audit.verify.why[found.why]}
          </Alert>
        )}
      </div>
    </SpaceBetween>
  );
}

function Cosigned({ cosigned }: { cosigned: Signed }) {
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={3}
        items={[
          { label: words.size, value: words.entries(cosigned.size) },
          { label: words.signed, value: exactly(cosigned.signed_at) },
          { label: words.seen, value: <Cosigners note={cosigned.note} /> },
        ]}
      />
      <pre className="lines wrapped">{cosigned.note}</pre>
      <Check key={cosigned.note} cosigned={cosigned} />
    </SpaceBetween>
  );
}

export function Witnesses() {
  const reading = useRead("/api/v1/audit/checkpoint");
  const [isAdding, setAdding] = useState(false);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={words.description}
          actions={<Button onClick={() => setAdding(true)}>{words.add}</Button>}
        >
          {words.title}
        </Header>
      }
    >
      <Loaded of={reading}>
        {({ cosigned }) =>
          cosigned == null ? (
            <SpaceBetween size="xs">
              <Box>{words.none}</Box>
              <Box color="text-body-secondary">{words.noneDetail}</Box>
              <Box variant="code">{words.command}</Box>
            </SpaceBetween>
          ) : (
            <Cosigned cosigned={cosigned} />
          )
        }
      </Loaded>
      {isAdding && <AddCosignature onClose={() => setAdding(false)} />}
    </Container>
  );
}
