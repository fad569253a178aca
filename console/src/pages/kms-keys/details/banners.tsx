// What a person should know of a KMS key before all else, with what can be done about it.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState, type ReactNode } from "react";

import { atMinute, exactly } from "../../../format/time";
import { Link } from "../../../shell/link";
import { text } from "../../../text";
import type { KmsKeyOperation } from "../operations";
import { cancelDeletion } from "../operations/deletion";
import { restore, restoreMaterial } from "../operations/state";
import { differences, isLeaving, missingIn } from "./differences";
import type { KmsKey, Tab } from "./kms-key";
import { OtherKmsKey } from "./other-kms-key";

const words = text.kmsKey.banner;

function deletionTitle(day: string, isDue: boolean): string {
  if (day === "") return words.deletionSome;
  return isDue ? words.deletionDue(day) : words.deletion(day);
}

function Deletion({ kmsKey, onBegin }: Tab & { onBegin: (operation: KmsKeyOperation) => void }) {
  const [now] = useState(Date.now);
  const leaving = kmsKey.places.some(isLeaving);
  if (kmsKey.life !== "PENDING_DELETION" && !leaving) return null;
  const isOurs = kmsKey.life === "PENDING_DELETION";
  const isDue = kmsKey.deletion_date != null && new Date(kmsKey.deletion_date).getTime() <= now;
  return (
    <Alert
      type="warning"
      header={deletionTitle(atMinute(kmsKey.deletion_date), isDue)}
      action={
        <Button onClick={() => onBegin(isOurs ? cancelDeletion : restore)}>
          {isOurs ? words.cancelDeletion : words.restore}
        </Button>
      }
    >
      {!isOurs && <div>{words.foreignDeletion}</div>}
      {isDue || kmsKey.status === "GONE" ? words.deletionDueDetail : words.deletionDetail}
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

function Gone() {
  return (
    <Alert type="error" header={words.gone}>
      {words.goneDetail}
    </Alert>
  );
}

/** AWS said so once, of the primary: in another account or Region it may be there, and nothing proves that it is lost. */
function Unknown({ kmsKey }: Tab) {
  const asked = kmsKey.places.find(({ primary }) => primary)?.read_at;
  return (
    <Alert type="warning" header={words.unknown}>
      {asked != null && <div>{words.unknownSince(exactly(asked))}</div>}
      {words.unknownDetail}
    </Alert>
  );
}

export function Banners({ kmsKey }: Tab) {
  // Nothing can be cancelled, restored or compared any more.
  if (kmsKey.life === "DELETED") return <Gone />;
  return (
    <SpaceBetween size="s">
      {kmsKey.status === "GONE" && <Unknown kmsKey={kmsKey} />}
      <Standing kmsKey={kmsKey} />
    </SpaceBetween>
  );
}

function Standing({ kmsKey }: Tab) {
  const [begun, setBegun] = useState<KmsKeyOperation>();
  const empty = isEmpty(kmsKey);
  const leaving = kmsKey.places.some(isLeaving);
  const drifted = !empty && !leaving && differences(kmsKey).length > 0;
  const isCalm = !empty && !drifted && !leaving && kmsKey.life !== "PENDING_DELETION";
  if (isCalm && kmsKey.successor == null && begun === undefined) return null;
  return (
    <SpaceBetween size="s">
      <Deletion kmsKey={kmsKey} onBegin={setBegun} />
      {empty && (
        <Alert
          type="warning"
          header={words.missing}
          action={<Button onClick={() => setBegun(restoreMaterial)}>{words.restoreMaterial}</Button>}
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
      {begun !== undefined && <begun.One kmsKey={kmsKey} onClose={() => setBegun(undefined)} />}
    </SpaceBetween>
  );
}
