// When a KMS key rotates by itself.
import { change } from "../../../api/change";
import type { Schemas } from "../../../api/client";
import { NextTimes } from "../../../fields/next-times";
import { rotationDraft, rotationOf, type RotationDraft } from "../../../fields/rotation";
import { RotationFields } from "../../../fields/rotation-fields";
import { atMinute } from "../../../format/time";
import { text } from "../../../text";
import type { KmsKey } from "../../../kms-key/columns";
import { define, type FieldsProps } from "./definition";
import { onlyIn, rotatesInPlace } from "./fit";

const words = text.kmsKeys.operations;

/** What a rule tells of its next times; of one that others say, the next alone may be known. */
function Upcoming({ preview }: { preview: unknown }) {
  const rotation = (preview as Partial<Schemas["KmsKeyView"]> | undefined)?.rotation;
  const next = rotation?.next == null ? [] : [atMinute(rotation.next)];
  return <NextTimes of={rotation?.upcoming ?? next} />;
}

/** As it is kept; in place is suggested where it can be. */
function scheduleOf(key: KmsKey | undefined): RotationDraft {
  const draft = rotationDraft(key?.rotation);
  const isNew = key !== undefined && key.rotation == null;
  return isNew && rotatesInPlace(key) === undefined ? { ...draft, method: "in-place" } : draft;
}

function Fields({ value, onChange, kmsKeys: [key] }: FieldsProps<RotationDraft>) {
  const unfit = key === undefined ? undefined : rotatesInPlace(key);
  return <RotationFields draft={value} onChange={onChange} above="keystore" unfit={unfit} />;
}

export const rotationSchedule = define<RotationDraft>({
  id: "rotation-schedule",
  text: words.rotationSchedule,
  of: true,
  unfit: onlyIn("ACTIVE", "INACTIVE"),
  initial: ([key]) => scheduleOf(key),
  fields: Fields,
  revised: true,
  one: ({ id, revision }, schedule) => {
    const body = rotationOf(schedule);
    if (body === undefined) return undefined;
    return change("patch", "/api/v1/kms-keys/{kms_key}/rotation-schedule", {
      path: { kms_key: id },
      body,
      revision,
    });
  },
  render: (preview) => <Upcoming preview={preview} />,
});
