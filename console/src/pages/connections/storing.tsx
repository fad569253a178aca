// Verify first, then store: what adding and changing a connection have in common.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef, useState, type ReactNode } from "react";

import type { Schemas } from "../../api/client";
import type { Operation, Phase } from "../../operation/operation";
import { useOperation } from "../../operation/use-operation";
import { OperationBody } from "../../operation/operation-body";
import { text } from "../../text";
import { Stored } from "./verification";

const words = text.connections.verify;

interface Asked {
  /** What would be sent, stored only where it works or in any case; nothing as long as something is missing. */
  operation: (allowUnverified: boolean) => Operation | undefined;
  /** What the button says that stores it. */
  store: string;
  storeAnyway: string;
  onStored: (stored: Schemas["StoredConnectionView"]) => void;
}

interface Storing {
  body: ReactNode;
  actions: ReactNode;
  /** It was stored, or others were asked. */
  isOver: boolean;
  /** It is sent: what comes of it is waited for. */
  isSending: boolean;
}

/** What is said once it is stored. */
export function storedNotice(name: string, verification: Schemas["StoredConnectionView"]["verification"]) {
  return verification == null
    ? { type: "warning" as const, content: text.connections.wizard.stored(name) }
    : { type: "success" as const, content: verification.message };
}

/** Settings that can never work are not stored either. */
const BAD_SETTINGS = "connection.bad-settings";

/** The link did not work: that can be mended later. */
function mayStoreAnyway(phase: Phase): boolean {
  if (phase.at !== "refused" || phase.problem.code === BAD_SETTINGS) return false;
  return /^(aws|connection)\./.test(phase.problem.code);
}

export function useStoring({ operation: make, store, storeAnyway, onStored }: Asked): Storing {
  const [isAnyway, setAnyway] = useState(false);
  const operation = make(isAnyway);
  const running = useOperation(operation, {
    onDone: (answer) => onStored(answer as Schemas["StoredConnectionView"]),
  });
  const { phase, preview, carryOut, reset } = running;

  // What was verified is what is stored: whoever changes something verifies again.
  const asked = JSON.stringify(make(false)?.change);
  const seen = useRef(asked);
  useEffect(() => {
    if (seen.current === asked) return;
    seen.current = asked;
    setAnyway(false);
    reset();
  }, [asked, reset]);

  // Who wants it stored anyway sees what that would be.
  const tried = useRef(false);
  useEffect(() => {
    if (isAnyway && !tried.current) void preview();
    tried.current = isAnyway;
  }, [isAnyway, preview]);

  const isPlanned = phase.at === "planned" || phase.at === "sending";
  const body = (
    <SpaceBetween size="m">
      {operation !== undefined && (
        <OperationBody
          operation={operation}
          running={running}
          typed=""
          onType={() => undefined}
          render={(answer) => <Stored stored={answer as Schemas["StoredConnectionView"]} />}
          result={() => <Alert type="success">{words.stored}</Alert>}
        />
      )}
      {mayStoreAnyway(phase) && !isAnyway && (
        <Alert
          type="info"
          header={words.anywayTitle}
          action={<Button onClick={() => setAnyway(true)}>{words.tryAnyway}</Button>}
        >
          {words.anyway}
        </Alert>
      )}
    </SpaceBetween>
  );
  const verify = () => {
    if (isAnyway) setAnyway(false);
    else void preview();
  };
  const isOver = phase.at === "done" || phase.at === "asked";
  const actions = !isOver && phase.at !== "needs-approval" && (
    <SpaceBetween direction="horizontal" size="xs">
      <Button
        variant={isPlanned ? "normal" : "primary"}
        disabled={operation === undefined}
        loading={phase.at === "planning"}
        onClick={verify}
      >
        {phase.at === "start" || phase.at === "planning" ? words.verify : words.again}
      </Button>
      {isPlanned && (
        <Button variant="primary" loading={phase.at === "sending"} onClick={() => void carryOut()}>
          {isAnyway ? storeAnyway : store}
        </Button>
      )}
    </SpaceBetween>
  );
  return { body, actions, isOver, isSending: phase.at === "sending" };
}
