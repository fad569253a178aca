// Checks the log, and an entry of it, in this browser, and tells each step in words.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Steps from "@cloudscape-design/components/steps";
import { useState } from "react";

import { asProblem, type Problem } from "../../api/client";
import { serverLog } from "../../audit/log";
import { browserMemory } from "../../audit/remembered";
import type { Entry } from "../../audit/shown";
import { verify, type Step, type Verdict } from "../../audit/verify";
import { ProblemAlert } from "../../notices/problem-alert";
import { text } from "../../text";

const words = text.audit.verify;

const STATUS = { proved: "success", failed: "error", skipped: "stopped" } as const;

/** The key is what the server said it is: nothing here shows that it is so. */
function isTold(step: Step): boolean {
  return step.state === "proved" && step.note === "told";
}

function provedIn(step: Extract<Step, { state: "proved" }>, size: number): string {
  if (step.id === "key") return step.note === "told" ? words.stepProved.keyTold : words.stepProved.key;
  if (step.id === "checkpoint") return words.stepProved.checkpoint(size);
  if (step.id === "consistency" && step.note === "first-time") return words.stepProved.consistencyFirst;
  return words.stepProved[step.id];
}

function detailOf(step: Step, size: number): string {
  if (step.state === "proved") return provedIn(step, size);
  if (step.state === "skipped") return words.skipped;
  const differ = step.fields === undefined ? "" : ` ${words.differ(step.fields.join(", "))}`;
  return `${words.why[step.why]}${differ}`;
}

function Outcome({ verdict, entry }: { verdict: Verdict; entry: Entry | undefined }) {
  const size = verdict.checkpoint?.size ?? 0;
  const failed = verdict.steps.filter((step) => step.state === "failed");
  const isFirst = verdict.steps.some((step) => step.state === "proved" && step.note === "first-time");
  const isByTold = verdict.steps.some(isTold);
  const isEarly = failed.length === 1 && failed[0]?.why === "not-signed-yet";
  return (
    <SpaceBetween size="m">
      {verdict.isProved && (
        <Alert type={isByTold ? "info" : "success"} header={isByTold ? words.provedByTold : words.proved}>
          {entry !== undefined && `${words.provedEntry(entry.index)} `}
          {isFirst ? words.provedFirst(size) : words.provedLog(size)}
          {isByTold && <p>{words.notProvedByTold}</p>}
        </Alert>
      )}
      {!verdict.isProved && isEarly && (
        <Alert type="info" header={words.notYet}>
          {words.notYetDetail}
        </Alert>
      )}
      {!verdict.isProved && !isEarly && (
        <Alert type="error" header={words.failed}>
          {words.failedDetail}
        </Alert>
      )}
      <Steps
        ariaLabel={words.title}
        steps={verdict.steps.map((step) => ({
          status: isTold(step) ? "info" : STATUS[step.state],
          statusIconAriaLabel: isTold(step) ? words.states.told : words.states[step.state],
          header: words.steps[step.id],
          details: <Box color="text-body-secondary">{detailOf(step, size)}</Box>,
        }))}
      />
    </SpaceBetween>
  );
}

interface Props {
  entry?: Entry;
  /** The key that the person keeps, where others on the page want it too. */
  kept?: [string, (key: string) => void];
  /** Something was proved or failed: what this browser remembers may be another. */
  onDone?: () => void;
}

export function Verification({ entry, kept, onDone }: Props) {
  const own = useState("");
  const [keptKey, setKeptKey] = kept ?? own;
  const [working, setWorking] = useState(false);
  const [made, setMade] = useState<{ verdict: Verdict; by: string }>();
  // Under another key it tells nothing.
  const verdict = made?.by === keptKey ? made.verdict : undefined;
  const [problem, setProblem] = useState<Problem>();
  const check = async () => {
    setWorking(true);
    setMade(undefined);
    setProblem(undefined);
    try {
      const verdict = await verify({ log: serverLog, memory: browserMemory, keptKey, entry });
      setMade({ verdict, by: keptKey });
    } catch (error) {
      setProblem(asProblem(error));
    }
    setWorking(false);
    onDone?.();
  };
  return (
    <SpaceBetween size="m">
      <FormField label={words.key} description={words.keyHelp} stretch>
        <Input
          value={keptKey}
          onChange={({ detail }) => setKeptKey(detail.value)}
          autoComplete={false}
          spellcheck={false}
        />
      </FormField>
      <Button loading={working} onClick={() => void check()}>
        {entry === undefined ? words.begin : text.audit.entry.verify}
      </Button>
      <div aria-live="polite">
        {problem !== undefined && <ProblemAlert problem={problem} />}
        {verdict !== undefined && <Outcome verdict={verdict} entry={entry} />}
      </div>
    </SpaceBetween>
  );
}
