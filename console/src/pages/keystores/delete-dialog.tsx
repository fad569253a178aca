// Removes a keystore whose KMS keys are all deleted, forgotten or released.
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { change } from "../../api/change";
import { useAll } from "../../api/read";
import { OperationDialog } from "../../operation/operation-dialog";
import { removal } from "../../operation/removal";
import { Link } from "../../shell/link";
import { useLeave } from "../../shell/use-leave";
import { text } from "../../text";
import { TOUCHES, type DialogProps } from "./dialog-props";
import type { Keystore } from "./keystore";

const words = text.keystores.delete;
const OVER = new Set(["DELETED", "RELEASED"]);

/** What keeps it from being removed. */
function Holds({ keystore }: { keystore: Keystore }) {
  const { items } = useAll("/api/v1/kms-keys", { query: { keystore: keystore.id } });
  const held = items.filter(({ life }) => !OVER.has(life));
  if (held.length === 0) return null;
  const to = `/kms-keys?keystore=${encodeURIComponent(keystore.name)}`;
  return (
    <Alert type="warning" header={words.holds(held.length)} action={<Link to={to}>{words.open}</Link>}>
      {held.map(({ name }) => name).join(", ")}
    </Alert>
  );
}

export function DeleteDialog({ keystore, onClose }: DialogProps) {
  const leave = useLeave();
  const operation = removal({
    title: words.title(keystore.name),
    name: keystore.name,
    change: change("delete", "/api/v1/keystores/{keystore}", { path: { keystore: keystore.id } }),
    touches: TOUCHES,
  });
  return (
    <OperationDialog
      operation={operation}
      fields={
        <SpaceBetween size="m">
          {words.detail}
          <Holds keystore={keystore} />
        </SpaceBetween>
      }
      onDone={() => leave("/keystores")}
      onClose={onClose}
    />
  );
}
