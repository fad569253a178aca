// What an operation shows in each of its phases, in a dialog or as the last step of a wizard.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Textarea from "@cloudscape-design/components/textarea";
import { useState, type ReactNode } from "react";

import { ProblemAlert } from "../notices/problem-alert";
import { NEXT } from "../shell/focus";
import { Link } from "../shell/link";
import { text } from "../text";
import { InSight } from "./in-sight";
import { JobProgress } from "./job-progress";
import { isPlan, wantsName, type Operation, type Phase } from "./operation";
import { PlanView } from "./plan-view";
import type { Running } from "./use-operation";

const words = text.operation;

/** What would happen, with its plan where it has one. */
export function Preview({
  preview,
  render,
}: {
  preview: unknown;
  render?: ((preview: unknown) => ReactNode) | undefined;
}) {
  if (isPlan(preview)) return <PlanView plan={preview} />;
  return render === undefined ? <Box>{words.recordsOnly}</Box> : render(preview);
}

/** What is shown is not what was looked at: nothing was begun. */
function Renewed() {
  return (
    <div role="alert">
      <Alert type="warning" header={words.renewed}>
        {words.renewedDetail}
      </Alert>
    </div>
  );
}

function TypedName({
  name,
  typed,
  onType,
}: {
  name: string;
  typed: string;
  onType: (typed: string) => void;
}) {
  const wrong = typed !== "" && !name.startsWith(typed);
  return (
    <Alert type="warning" header={words.loses}>
      <FormField label={words.typeName(name)} errorText={wrong ? words.mistyped : undefined}>
        <div {...{ [NEXT]: true }}>
          <Input value={typed} onChange={({ detail }) => onType(detail.value)} autoComplete={false} />
        </div>
      </FormField>
    </Alert>
  );
}

function AskApproval({ running }: { running: Running }) {
  const [reason, setReason] = useState("");
  const [asking, setAsking] = useState(false);
  const ask = async () => {
    setAsking(true);
    await running.ask(reason);
    setAsking(false);
  };
  return (
    <Alert type="info" header={words.needsApproval.title}>
      <SpaceBetween size="s">
        {words.needsApproval.detail}
        <FormField label={words.needsApproval.reason} description={words.needsApproval.reasonHelp}>
          <Textarea value={reason} onChange={({ detail }) => setReason(detail.value)} rows={2} />
        </FormField>
        <Button variant="primary" loading={asking} disabled={reason.trim() === ""} onClick={() => void ask()}>
          {words.needsApproval.ask}
        </Button>
      </SpaceBetween>
    </Alert>
  );
}

interface Parts {
  /** None once what it was made of is gone: what came of it is still shown. */
  operation: Operation | undefined;
  running: Running;
  typed: string;
  onType: (typed: string) => void;
  /** Shows what a trial without a plan answered. */
  render?: ((preview: unknown) => ReactNode) | undefined;
  /** Shows what came of it, where it was no job. */
  result?: ((answer: unknown) => ReactNode) | undefined;
}

function Done({
  phase,
  operation,
  result,
}: Pick<Parts, "operation" | "result"> & { phase: Extract<Phase, { at: "done" }> }) {
  if (phase.job !== undefined) {
    return (
      <SpaceBetween size="s">
        <JobProgress job={phase.job} />
        {result?.(phase.answer)}
      </SpaceBetween>
    );
  }
  // What loses a record needs no job, and is done nevertheless.
  const isOfKmsKeys = typeof phase.answer === "object" && phase.answer !== null && "kms_keys" in phase.answer;
  const isNothing = isOfKmsKeys && operation?.loses !== true;
  return (
    <>
      {result?.(phase.answer) ?? <Alert type="success">{isNothing ? words.nothingToDo : words.done}</Alert>}
    </>
  );
}

/** Where an operation stands, for those who hear it. How far a job is the job tells. */
function Told({ phase }: { phase: Phase }) {
  return (
    <div role="status" className="heard">
      {words.told[phase.at === "done" && phase.job !== undefined ? "begun" : phase.at]}
    </div>
  );
}

/** An operation as it stands. */
export function OperationBody(parts: Parts) {
  return (
    <>
      <Told phase={parts.running.phase} />
      <Body {...parts} />
    </>
  );
}

function Body({ operation, running, typed, onType, render, result }: Parts) {
  const { phase } = running;
  switch (phase.at) {
    case "start":
      return null;
    case "planning":
      return (
        <Box>
          <Spinner /> {words.planning}
        </Box>
      );
    case "refused":
      return (
        <InSight>
          <ProblemAlert
            problem={phase.problem}
            action={<Button onClick={() => void running.preview()}>{text.shell.tryAgain}</Button>}
          />
        </InSight>
      );
    case "planned":
    case "sending":
      return (
        <SpaceBetween size="m">
          <InSight>
            {phase.at === "planned" && phase.isRenewed === true && <Renewed />}
            <Preview preview={phase.preview} render={render} />
          </InSight>
          {phase.at === "planned" && phase.problem !== undefined && (
            <InSight>
              <ProblemAlert problem={phase.problem} />
            </InSight>
          )}
          {operation !== undefined && wantsName(operation, phase) && (
            <TypedName name={operation.name} typed={typed} onType={onType} />
          )}
        </SpaceBetween>
      );
    case "needs-approval":
      return (
        <SpaceBetween size="m">
          <Preview preview={phase.preview} render={render} />
          {phase.problem !== undefined && <ProblemAlert problem={phase.problem} />}
          <AskApproval running={running} />
        </SpaceBetween>
      );
    case "asked":
      return (
        <Alert type="success" header={words.needsApproval.asked}>
          <Link to={`/approvals/${phase.approval.id}`}>{words.needsApproval.open}</Link>
        </Alert>
      );
    case "done":
      return <Done phase={phase} operation={operation} result={result} />;
  }
}
