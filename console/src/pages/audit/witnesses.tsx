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

import { asProblem, type Problem, type Schemas } from "../../api/client";
import { useRead } from "../../api/read";
import { serverLog } from "../../audit/log";
import { browserMemory } from "../../audit/remembered";
import type { Why } from "../../audit/verify";
import { witnessed, type Found, type Witnessed } from "../../audit/witnessed";
import { exactly } from "../../format/time";
import { Loaded } from "../../notices/loaded";
import { ProblemAlert } from "../../notices/problem-alert";
import { text } from "../../text";
import { AddCosignature } from "./add-cosignature";
import { Cosigners, seenAt } from "./cosigners";

const words = text.audit.witnesses;
const verify = text.audit.verify;

type Signed = Schemas["SignedCheckpointView"];

/** Nothing speaks against the log then: it could not be compared. */
const UNKNOWN = new Set<Why>(["nothing-signed"]);
function Proved({ of }: { of: Witnessed }) {
  const { witness, size, isTold, broken } = of;
  const type = broken === undefined && !isTold ? "success" : "info";
  return (
    <Alert type={broken === undefined || UNKNOWN.has(broken) ? type : "error"} header={words.proved(witness)}>
      <div>{words.provedDetail(size, seenAt(of))}</div>
      <div>{broken === undefined ? words.goesOn : `${words.goesOnUnproved} ${verify.why[broken]}`}</div>
      {isTold && <p>{verify.notProvedByTold}</p>}
    </Alert>
  );
}

function Outcome({ found }: { found: Found }) {
  if ("proved" in found) return <Proved of={found.proved} />;
  const isBadKey = found.of === "witness" && found.why === "bad-key";
  return (
    <Alert type="error" header={found.of === "log" ? words.logFailed : verify.failed}>
      {isBadKey ? words.badKey : verify.why[found.why]}
    </Alert>
  );
}

interface Checked {
  /** What was checked: of anything else it says nothing. */
  of: string;
  is: { found: Found } | { problem: Problem };
}

function Check({ cosigned, keptKey }: { cosigned: Signed; keptKey: string }) {
  const [witnessKey, setWitnessKey] = useState("");
  const [checked, setChecked] = useState<Checked>();
  const of = JSON.stringify([witnessKey, keptKey, cosigned.note, cosigned.size]);
  const check = async () => {
    const asked = { log: serverLog, memory: browserMemory, keptKey, witnessKey, cosigned, now: new Date() };
    const is = await witnessed(asked).then(
      (found) => ({ found }),
      (error: unknown) => ({ problem: asProblem(error) }),
    );
    setChecked({ of, is });
  };
  const shown = checked?.of === of ? checked.is : undefined;
  return (
    <SpaceBetween size="s">
      <FormField label={words.key} description={words.keyHelp} stretch>
        <div className="beside">
          <Input
            value={witnessKey}
            spellcheck={false}
            autoComplete={false}
            onChange={({ detail }) => setWitnessKey(detail.value)}
          />
          <Button disabled={witnessKey.trim() === ""} onClick={() => void check()}>
            {words.check}
          </Button>
        </div>
      </FormField>
      <div aria-live="polite">
        {shown !== undefined && "found" in shown && <Outcome found={shown.found} />}
        {shown !== undefined && "problem" in shown && <ProblemAlert problem={shown.problem} />}
      </div>
    </SpaceBetween>
  );
}

function Cosigned({ cosigned, keptKey }: { cosigned: Signed; keptKey: string }) {
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
      <Check cosigned={cosigned} keptKey={keptKey} />
    </SpaceBetween>
  );
}

export function Witnesses({ keptKey }: { keptKey: string }) {
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
            <Cosigned cosigned={cosigned} keptKey={keptKey} />
          )
        }
      </Loaded>
      {isAdding && <AddCosignature onClose={() => setAdding(false)} />}
    </Container>
  );
}
