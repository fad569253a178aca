// An operation in a dialog: its fields, its plan, consent, progress, result.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef, useState, type ReactNode } from "react";

import { text } from "../text";
import { isPossible, mustType, useOperation, type Operation } from "./operation";
import { OperationBody } from "./operation-body";

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
  onClose,
}: Props) {
  const running = useOperation(operation, onDone);
  const { phase, preview, carryOut, reset } = running;
  const [typed, setTyped] = useState("");

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
  const seen = useRef(asked);
  useEffect(() => {
    if (seen.current === asked) return;
    seen.current = asked;
    setTyped("");
    if (fields !== undefined && !isOver) reset();
  }, [asked, fields, isOver, reset]);

  // What was said in fields and cannot be tried is carried out as it is said.
  const isUntried = (untried ?? operation?.untried) === true && operation?.loses !== true;
  const isPlanned = phase.at === "planned" || phase.at === "sending";
  const wantsName = operation !== undefined && isPlanned && mustType(operation, phase.preview);
  const mayGo =
    phase.at === "planned" && isPossible(phase.preview) && (!wantsName || typed === operation.name);
  // A stray click or key loses neither what was typed nor what is shown once.
  const isDelicate = phase.at === "sending" || (phase.at === "done" && result !== undefined);
  const isMeant = (reason: string) => reason === "closeButton" || (reason === "keyboard" && !isDelicate);
  return (
    <Modal
      visible
      size="large"
      header={operation?.title ?? title}
      closeAriaLabel={text.shell.close}
      onDismiss={({ detail }) => {
        if (isMeant(detail.reason)) onClose();
      }}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant={isOver ? "primary" : "link"} onClick={onClose}>
              {isOver ? text.shell.close : text.shell.cancel}
            </Button>
            {fields !== undefined &&
              (phase.at === "start" || phase.at === "planning" || phase.at === "refused") && (
                <Button
                  variant="primary"
                  disabled={operation === undefined}
                  loading={phase.at === "planning"}
                  onClick={() => void (isUntried ? carryOut() : preview())}
                >
                  {isUntried ? words.carryOut : words.preview}
                </Button>
              )}
            {isPlanned && (
              <Button
                variant="primary"
                disabled={!mayGo && phase.at !== "sending"}
                loading={phase.at === "sending"}
                onClick={() => void carryOut(wantsName ? typed : undefined)}
              >
                {words.carryOut}
              </Button>
            )}
          </SpaceBetween>
        </Box>
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
    </Modal>
  );
}
