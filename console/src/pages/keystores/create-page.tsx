// Creates a keystore, step by step.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import { useState, type ReactNode } from "react";
import { useSearchParams } from "react-router";

import { change } from "../../api/change";
import { useAll } from "../../api/read";
import { Missing } from "../../fields/missing";
import { useSteps } from "../../fields/steps";
import { useNotify } from "../../notices/notices";
import type { Operation } from "../../operation/operation";
import { useOperation } from "../../operation/use-operation";
import { OperationBody } from "../../operation/operation-body";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { useLeave } from "../../shell/use-leave";
import { text } from "../../text";
import { ConnectionStep, DetailsStep, ScheduleStep, TemplateStep } from "./create-steps";
import {
  AS_CONNECTION,
  createRequest,
  MISSING,
  newKeystore,
  type Keystore,
  type KeystoreDraft,
} from "./keystore";
import { ReviewPart } from "./review-part";

const words = text.keystores;
const steps = words.wizard.steps;
const REVIEW = MISSING.length;

function operationOf(draft: KeystoreDraft): Operation | undefined {
  const body = createRequest(draft);
  if (body === undefined) return undefined;
  return {
    title: words.create,
    name: body.name,
    change: change("post", "/api/v1/keystores", { body }),
    touches: ["/api/v1/keystores"],
  };
}

/** A draft under the connection that the address names. */
function useDraft() {
  const [params] = useSearchParams();
  const [draft, setDraft] = useState(() => newKeystore(params.get("connection") ?? ""));
  const { items } = useAll("/api/v1/connections");
  const known = items.find(({ name }) => name === draft.connection);
  const regions = draft.regions === AS_CONNECTION && known !== undefined ? known.regions : draft.regions;
  return [{ ...draft, regions }, setDraft] as const;
}

export default function CreatePage() {
  usePage(
    words.create,
    [{ text: words.title, href: "/keystores" }],
    <Help title={words.create} words={["keystore", "connection", "kmsKey"]}>
      {words.help}
    </Help>,
  );
  const leave = useLeave();
  const notify = useNotify();
  const [draft, setDraft] = useDraft();
  const { at, go, said, tried } = useSteps(MISSING, draft);
  const operation = operationOf(draft);
  const running = useOperation(operation, {
    onDone: (answer) => {
      const { id, name } = answer as Keystore;
      notify({ type: "success", content: words.wizard.created(name) });
      leave(`/keystores/${id}`);
    },
  });
  const { phase, preview, carryOut, reset } = running;
  // What comes of what is sent is waited for.
  const isSending = phase.at === "sending";
  const follow = (wanted: number) => {
    if (isSending) return;
    if (go(wanted) === REVIEW) void preview();
    else reset();
  };
  const cancel = () => {
    if (!isSending) leave("/keystores");
  };
  const parts = { draft, set: (part: Partial<KeystoreDraft>) => setDraft({ ...draft, ...part }) };
  const isOver = phase.at === "asked" || phase.at === "done";
  const last = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button variant="link" disabled={isSending} onClick={cancel}>
        {isOver ? text.shell.close : text.shell.cancel}
      </Button>
      {!isOver && (
        <Button disabled={isSending} onClick={() => follow(REVIEW - 1)}>
          {words.wizard.previous}
        </Button>
      )}
      {(phase.at === "planned" || phase.at === "sending") && (
        <Button variant="primary" loading={phase.at === "sending"} onClick={() => void carryOut()}>
          {words.create}
        </Button>
      )}
    </SpaceBetween>
  );
  const review = operation !== undefined && (
    <OperationBody
      operation={operation}
      running={running}
      typed=""
      onType={() => undefined}
      render={(answer) => <ReviewPart keystore={answer as Keystore} />}
    />
  );
  const shown: [string, string, ReactNode, boolean?][] = [
    [steps.details, steps.detailsHelp, <DetailsStep key="details" {...parts} />],
    [steps.connection, steps.connectionHelp, <ConnectionStep key="connection" {...parts} />],
    [steps.template, steps.templateHelp, <TemplateStep key="template" {...parts} />, true],
    [steps.schedule, steps.scheduleHelp, <ScheduleStep key="schedule" {...parts} />, true],
    [steps.review, steps.reviewHelp, review],
  ];
  return (
    <Wizard
      activeStepIndex={at}
      allowSkipTo
      onNavigate={({ detail }) => follow(detail.requestedStepIndex)}
      onCancel={cancel}
      submitButtonText={words.create}
      customPrimaryActions={at === REVIEW ? last : undefined}
      steps={shown.map(([title, description, content, isOptional], index) => ({
        title,
        description,
        isOptional: isOptional ?? false,
        content: (
          <Missing said={index === at ? said : []} tried={tried}>
            {content}
          </Missing>
        ),
      }))}
    />
  );
}
