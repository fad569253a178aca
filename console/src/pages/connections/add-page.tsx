// Adds a connection, step by step: it is verified before it is stored.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import { useState, type ReactNode } from "react";
import { useSearchParams } from "react-router";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { Missing } from "../../fields/missing";
import { useSteps } from "../../fields/steps";
import { useNotify } from "../../notices/notices";
import type { Operation } from "../../operation/operation";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { useLeave } from "../../shell/use-leave";
import { text } from "../../text";
import { AccountStep, RegionsStep, SchedulesStep, SetupStep, TrustStep, VerifyStep } from "./add-steps";
import { missingOfAccount, missingOfNewTrust, missingOfRegions, missingOfSchedules } from "./missing";
import { addRequest, NEW_CONNECTION, type ConnectionDraft } from "./settings";
import { storedNotice, useStoring } from "./storing";

const words = text.connections;
const steps = words.wizard.steps;
const MISSING = [missingOfAccount, missingOfRegions, missingOfNewTrust, () => [], missingOfSchedules];
const LAST = MISSING.length;

function operationOf(draft: ConnectionDraft, allowUnverified: boolean): Operation | undefined {
  const body = addRequest(draft, allowUnverified);
  if (body === undefined) return undefined;
  return {
    title: words.add,
    name: body.name,
    change: change("post", "/api/v1/connections", { body }),
    touches: ["/api/v1/connections"],
  };
}

function useAdding(draft: ConnectionDraft) {
  const leave = useLeave();
  const notify = useNotify();
  return useStoring({
    operation: (allowUnverified) => operationOf(draft, allowUnverified),
    store: words.verify.add,
    storeAnyway: words.verify.addAnyway,
    onStored: ({ connection, verification }: Schemas["StoredConnectionView"]) => {
      notify(storedNotice(connection.name, verification));
      leave(`/connections/${connection.id}`);
    },
  });
}

export default function AddPage() {
  usePage(
    words.add,
    [{ text: words.title, href: "/connections" }],
    <Help title={words.add} words={["connection", "keystore"]}>
      {words.help}
    </Help>,
  );
  const [params] = useSearchParams();
  const [draft, setDraft] = useState<ConnectionDraft>({
    ...NEW_CONNECTION,
    group: params.get("group") ?? "",
  });
  const { at, go, said, tried } = useSteps(MISSING, draft);
  const leave = useLeave();
  const storing = useAdding(draft);
  const cancel = () => {
    if (!storing.isSending) leave("/connections");
  };
  const follow = (wanted: number) => {
    if (!storing.isSending) go(wanted);
  };
  const parts = { draft, set: (part: Partial<ConnectionDraft>) => setDraft({ ...draft, ...part }) };
  const last = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button variant="link" disabled={storing.isSending} onClick={cancel}>
        {storing.isOver ? text.shell.close : text.shell.cancel}
      </Button>
      {!storing.isOver && <Button onClick={() => follow(LAST - 1)}>{words.wizard.previous}</Button>}
      {storing.actions}
    </SpaceBetween>
  );
  const shown: [string, string, ReactNode, boolean?][] = [
    [steps.account, steps.accountHelp, <AccountStep key="account" {...parts} />],
    [steps.regions, steps.regionsHelp, <RegionsStep key="regions" {...parts} />],
    [steps.trust, steps.trustHelp, <TrustStep key="trust" {...parts} />, true],
    [steps.setup, steps.setupHelp, <SetupStep key="setup" {...parts} />, true],
    [steps.schedules, steps.schedulesHelp, <SchedulesStep key="schedules" {...parts} />, true],
    [steps.verify, steps.verifyHelp, <VerifyStep key="verify" draft={draft} body={storing.body} />],
  ];
  return (
    <Wizard
      activeStepIndex={at}
      allowSkipTo
      onNavigate={({ detail }) => follow(detail.requestedStepIndex)}
      onCancel={cancel}
      submitButtonText={words.verify.add}
      customPrimaryActions={at === LAST ? last : undefined}
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
