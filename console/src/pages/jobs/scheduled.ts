// What a schedule belongs to, and the requests that change the rule there.
import { change, type Change } from "../../api/change";
import type { Schemas } from "../../api/client";
import type { Rotation, RotationRequest } from "../../fields/rotation";

type Key = Schemas["KeyView"];
type KmsKey = Schemas["KmsKeyView"];

/** What rotates, as it was looked at. */
export type Scheduled = { kind: "key"; key: Key } | { kind: "kms-key"; kmsKey: KmsKey };

/** Its rule as it was looked at, which belongs to the revision that a change is sent against. */
export function ruleOf(of: Scheduled): Rotation | null {
  return (of.kind === "kms-key" ? of.kmsKey.rotation : of.key.rotation?.schedule) ?? null;
}

/** The request that gives it a rule; everything else stays as it is. */
export function ruleChange(of: Scheduled, schedule: RotationRequest): Change {
  if (of.kind === "kms-key") {
    const { id, revision } = of.kmsKey;
    const path = { kms_key: id };
    return change("patch", "/api/v1/kms-keys/{kms_key}/rotation-schedule", {
      path,
      body: schedule,
      revision,
    });
  }
  const { id, revision, rotation } = of.key;
  const body = {
    schedule,
    with_copies: rotation?.with_copies ?? false,
    deactivate_former: rotation?.deactivate_former ?? false,
  };
  return change("patch", "/api/v1/keys/{key}/rotation-schedule", { path: { key: id }, body, revision });
}

/** The next times that a trial told. */
export function upcomingOf(of: Scheduled["kind"], answer: unknown): string[] {
  if (of === "kms-key") return (answer as KmsKey).rotation?.upcoming ?? [];
  return (answer as Key).rotation?.schedule.upcoming ?? [];
}
