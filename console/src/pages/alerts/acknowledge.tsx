// Taking note of an alert.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";

import { change } from "../../api/change";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { standingOf, type Alert as AlertRow } from "./severity";

const words = text.alerts.acknowledge;

function operationOf(alert: AlertRow): Operation {
  return {
    title: words.of(alert.name),
    name: alert.name,
    change: change("post", "/api/v1/alerts/{alert}/acknowledge", { path: { alert: alert.id } }),
    touches: ["/api/v1/alerts"],
  };
}

/** Only what is open and nobody took note of can be acknowledged. */
export function AcknowledgeButton({ alert, onDone }: { alert: AlertRow | undefined; onDone?: () => void }) {
  const [operation, setOperation] = useState<Operation>();
  const can = alert !== undefined && standingOf(alert) === "open";
  return (
    <>
      <Button disabled={!can} onClick={() => alert !== undefined && setOperation(operationOf(alert))}>
        {words.name}
      </Button>
      {operation !== undefined && (
        <OperationDialog
          operation={operation}
          render={() => <Alert type="info">{words.detail}</Alert>}
          onDone={() => onDone?.()}
          onClose={() => setOperation(undefined)}
        />
      )}
    </>
  );
}
