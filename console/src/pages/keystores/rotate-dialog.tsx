// Rotates every ACTIVE KMS key of a keystore, as one job.
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { newRotation } from "../../fields/rotation";
import { MethodFields } from "../../fields/rotation-fields";
import { OperationDialog } from "../../operation/operation-dialog";
import { reasonOf } from "../../notices/reason";
import { text } from "../../text";
import { TOUCHES, type DialogProps } from "./dialog-props";

const words = text.keystores.rotate;

function Refused({ started }: { started: Schemas["StartedView"] }) {
  const refused = started.refused ?? [];
  if (refused.length === 0) return null;
  return (
    <Alert type="warning" header={words.refused}>
      {refused.map((one) => (
        <div key={one.id}>
          <b>{one.name}</b>: {reasonOf(one.reason, one.hint)} [{one.code}]
        </div>
      ))}
    </Alert>
  );
}

export function RotateDialog({ keystore, onClose }: DialogProps) {
  const [draft, setDraft] = useState(() => newRotation("every"));
  const { method, oldKey } = draft;
  const body = { method, ...(method === "new-key" ? { old_key: oldKey } : {}) };
  return (
    <OperationDialog
      operation={{
        title: words.title(keystore.name),
        name: keystore.name,
        loses: method === "new-key" && oldKey === "deactivate",
        change: change("post", "/api/v1/keystores/{keystore}/rotate", {
          path: { keystore: keystore.id },
          body,
        }),
        touches: TOUCHES,
      }}
      fields={
        <SpaceBetween size="l">
          <MethodFields draft={draft} set={(part) => setDraft({ ...draft, ...part })} isOnce />
        </SpaceBetween>
      }
      result={(answer) => <Refused started={answer as Schemas["StartedView"]} />}
      onClose={onClose}
    />
  );
}
