// Bringing a KMS key back to what is wanted, from the alert that tells what was changed.
import Button from "@cloudscape-design/components/button";
import { useState } from "react";

import { change } from "../../api/change";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { standingOf, type Alert } from "./severity";

const words = text.alerts.restore;
const KMS_KEY = "kms-key:";

function operationOf(alert: Alert): Operation {
  return {
    title: words.of(alert.name),
    name: alert.name,
    change: change("post", "/api/v1/kms-keys/{kms_key}/restore", {
      path: { kms_key: alert.subject.slice(KMS_KEY.length) },
    }),
    touches: ["/api/v1/alerts"],
  };
}

/** For what somebody changed elsewhere, and nothing else. */
export function RestoreButton({ alert }: { alert: Alert }) {
  const [operation, setOperation] = useState<Operation>();
  const isDrift = alert.code.startsWith("drift.") && alert.subject.startsWith(KMS_KEY);
  // The dialog stays when the alert is over by what it did.
  return (
    <>
      {isDrift && standingOf(alert) !== "over" && (
        <Button onClick={() => setOperation(operationOf(alert))}>{words.name}</Button>
      )}
      {operation !== undefined && (
        <OperationDialog operation={operation} onClose={() => setOperation(undefined)} />
      )}
    </>
  );
}
