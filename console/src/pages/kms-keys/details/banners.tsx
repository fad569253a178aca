// What a person should know of a KMS key before all else, with what can be done about it.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState, type ReactNode } from "react";

import { change } from "../../../api/change";
import { atMinute } from "../../../format/time";
import type { Operation } from "../../../operation/operation";
import { OperationDialog } from "../../../operation/operation-dialog";
import { Link } from "../../../shell/link";
import { text } from "../../../text";
import { CancelDeletion } from "./cancel-deletion";
import { differences, isLeaving, missingIn } from "./differences";
import type { KmsKey, Tab } from "./kms-key";
import { OtherKmsKey } from "./other-kms-key";

const words = text.kmsKey.banner;

function restore({ id, name }: KmsKey): Operation {
  return {
    title: text.kmsKey.restore(name),
    name,
    change: change("post", "/api/v1/kms-keys/{kms_key}/restore", { path: { kms_key: id } }),
  };
}

/** Imports what is missing: of a KMS key that is put to rest, by taking it back to work. */
function restoreMaterial({ id, name, life }: KmsKey): Operation {
  const path = { kms_key: id };
  return {
    title: text.kmsKey.restoreMaterial(name),
    name,
    change:
      life === "INACTIVE"
        ? change("post", "/api/v1/kms-keys/{kms_key}/activate", { path })
        : change("post", "/api/v1/kms-keys/{kms_key}/synchronize", {
            path,
            body: { update_policy: true, import_material: true, delete_material: false },
          }),
  };
}

type Open = "cancel-deletion" | "restore" | "restore-material";

function Deletion({ kmsKey, open }: Tab & { open: (what: Open) => void }) {
  const leaving = kmsKey.places.some(isLeaving);
  if (kmsKey.life !== "PENDING_DELETION" && !leaving) return null;
  const day = atMinute(kmsKey.deletion_date);
  const isOurs = kmsKey.life === "PENDING_DELETION";
  return (
    <Alert
      type="warning"
      header={day === "" ? words.deletionSome : words.deletion(day)}
      action={
        <Button onClick={() => open(isOurs ? "cancel-deletion" : "restore")}>
          {isOurs ? words.cancelDeletion : words.restore}
        </Button>
      }
    >
      {!isOurs && <div>{words.foreignDeletion}</div>}
      {words.deletionDetail}
    </Alert>
  );
}

const WITH_MATERIAL = new Set(["ACTIVE", "INACTIVE", "REPLACED"]);

function isEmpty(kmsKey: KmsKey): boolean {
  if (kmsKey.source.kind !== "Keyferry" || !WITH_MATERIAL.has(kmsKey.life)) return false;
  const { places } = kmsKey;
  if (places.some(isLeaving)) return false;
  return places.some((one) => one.key_state === "PendingImport" || missingIn(kmsKey, one).length > 0);
}

function Banner({ header, children, action }: { header: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Alert type="info" header={header} action={action}>
      {children}
    </Alert>
  );
}

export function Banners({ kmsKey }: Tab) {
  const [open, setOpen] = useState<Open>();
  const [operation, setOperation] = useState<Operation>();
  const empty = isEmpty(kmsKey);
  const leaving = kmsKey.places.some(isLeaving);
  const drifted = !empty && !leaving && differences(kmsKey).length > 0;
  const begin = (what: Open) => {
    setOpen(what);
    if (what !== "cancel-deletion") setOperation((what === "restore" ? restore : restoreMaterial)(kmsKey));
  };
  const close = () => {
    setOpen(undefined);
    setOperation(undefined);
  };
  const isCalm = !empty && !drifted && !leaving && kmsKey.life !== "PENDING_DELETION";
  if (isCalm && kmsKey.successor == null && open === undefined) return null;
  return (
    <SpaceBetween size="s">
      <Deletion kmsKey={kmsKey} open={begin} />
      {empty && (
        <Alert
          type="warning"
          header={words.missing}
          action={<Button onClick={() => begin("restore-material")}>{words.restoreMaterial}</Button>}
        >
          {words.missingDetail}
        </Alert>
      )}
      {drifted && (
        <Banner header={words.drift}>
          <Link to={`/kms-keys/${kmsKey.id}/plan`}>{words.openDrift}</Link>
        </Banner>
      )}
      {kmsKey.successor != null && (
        <Banner header={words.replaced}>
          {words.replacedDetail} <OtherKmsKey id={kmsKey.successor} />
        </Banner>
      )}
      {open === "cancel-deletion" && <CancelDeletion kmsKey={kmsKey} onClose={close} />}
      {operation !== undefined && <OperationDialog operation={operation} onClose={close} />}
    </SpaceBetween>
  );
}
