// An operation in a dialog: its fields, its plan, consent, progress, result.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";

import { Dialog, type Reason } from "../shell/dialog";
import { text } from "../text";
import { isPossible, wantsName, type Operation } from "./operation";
import { OperationBody } from "./operation-body";
import { useOperation } from "./use-operation";

const words = text.operation;

interface Props {
  /** What is to be done; undefined as long as the fields do not make sense together. */
  operation: Operation | undefined;
  /** It knows no trial, which is known before there is an operation. */
  untried?: boolean;
  /** The dialog's title while there is no operation yet. */
  title?: string;
  /** What has to be said before it can be tried. */
  fields?: ReactNode;
  /** Shows what a trial without a plan answered. */
  render?: (preview: unknown) => ReactNode;
  /** Shows what came of it, where it was no job. */
  result?: (answer: unknown) => ReactNode;
  onDone?: (answer: unknown) => void;
  /** Others are asked for their consent: what was sent to be approved is no longer needed here. */
  onAsked?: () => void;
  onClose: () => void;
}

export function OperationDialog({
  operation,
  untried,
  title,
  fields,
  render,
  result,
  onDone,
  onAsked,
  onClose,
}: Props) {
  const [typed, setTyped] = useState("");
  const untype = useCallback(() => setTyped(""), []);
  const running = useOperation(operation, { onDone, onAsked, onRenewed: untype });
  const { phase, preview, carryOut, reset } = running;

  // Without fields there is nothing to wait for.
  const begun = useRef(false);
  useEffect(() => {
    if (fields !== undefined || begun.current) return;
    begun.current = true;
    void preview();
  }, [fields, preview]);

  // What was previewed is what is carried out: whoever changes a field looks again.
  const asked = JSON.stringify(operation?.change);
  const isOver = phase.at === "done" || phase.at === "asked";
  const seen = useRef<string | undefined>(asked);
  useEffect(() => {
    if (seen.current === asked) return;
    // Of what is over nothing is kept.
    seen.current = isOver ? undefined : asked;
    setTyped("");
    if (fields !== undefined && !isOver) reset();
  }, [asked, fields, isOver, reset]);

  // What was said in fields and cannot be tried is carried out as it is said.
  const isUntried = (untried ?? operation?.untried) === true && operation?.loses !== true;
  const isPlanned = phase.at === "planned" || phase.at === "sending";
  const mustType = operation !== undefined && wantsName(operation, phase);
  const mayGo =
    phase.at === "planned" &&
    isPossible(phase.preview) &&
    (operation?.isWorth?.(phase.preview) ?? true) &&
    (!mustType || typed === operation.name);
  // A stray click or key loses neither what was typed nor what is shown once.
  const isSending = phase.at === "sending";
  const isDelicate = phase.at === "done" && result !== undefined;
  // What comes may be shown once: it is waited for.
  const isMeant = (reason: Reason) =>
    !isSending && (reason === "closeButton" || (reason === "keyboard" && !isDelicate));
  const mayTry = fields !== undefined && (phase.at === "start" || phase.at === "refused");
  const begin = () => void (isUntried ? carryOut() : preview());
  const goOn = () => void carryOut(mustType ? typed : undefined);
  return (
    <Dialog
      size="large"
      title={operation?.title ?? title}
      step={phase.at}
      onClose={(reason) => {
        if (isMeant(reason)) onClose();
      }}
      onEnter={() => {
        if (mayGo) goOn();
        else if (mayTry && operation !== undefined) begin();
      }}
      actions={
        <>
          <Button variant={isOver ? "primary" : "link"} disabled={isSending} onClick={onClose}>
            {isOver ? text.shell.close : text.shell.cancel}
          </Button>
          {(mayTry || (fields !== undefined && phase.at === "planning")) && (
            <Button
              variant="primary"
              disabled={operation === undefined}
              loading={phase.at === "planning"}
              onClick={begin}
            >
              {isUntried ? words.carryOut : words.preview}
            </Button>
          )}
          {isPlanned && (
            <Button variant="primary" disabled={!mayGo && !isSending} loading={isSending} onClick={goOn}>
              {words.carryOut}
            </Button>
          )}
        </>
      }
    >
      <SpaceBetween size="l">
        {!isOver && fields}
        {(operation !== undefined || isOver) && (
          <OperationBody
            operation={operation}
            running={running}
            typed={typed}
            onType={setTyped}
            render={render}
            result={result}
          />
        )}
      </SpaceBetween>
    </Dialog>
  );
}
