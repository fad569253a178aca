// What makes sense for a KMS key as it stands, and else why not.
import { text } from "../../../text";
import type { KmsKey } from "../../../kms-key/columns";

const reasons = text.kmsKeys.reasons;

/** Says why something cannot be done with a KMS key; nothing where it can. */
export type Unfit = (key: KmsKey) => string | undefined;

/** The first reason against it. */
export function unless(...rules: Unfit[]): Unfit {
  return (key) => {
    for (const rule of rules) {
      const reason = rule(key);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

export function onlyIn(...lives: string[]): Unfit {
  return (key) => (lives.includes(key.life) ? undefined : reasons.life(key.life, lives.join(", ")));
}

function when(holds: (key: KmsKey) => boolean, reason: string): Unfit {
  return (key) => (holds(key) ? undefined : reason);
}

export function isOurs(key: KmsKey): boolean {
  return key.source.kind === "Keyferry";
}

/** Imported material can be removed; what AWS made cannot. */
function isEmpty(key: KmsKey): boolean {
  return key.key_state === "PendingImport" || (isOurs(key) && key.versions.length === 0);
}

export function isSymmetric(key: KmsKey): boolean {
  return key.aws_spec === "SYMMETRIC_DEFAULT";
}

export const ours = when(isOurs, reasons.foreign);
export const filled = when((key) => !isEmpty(key), reasons.empty);
export const enabled = when((key) => key.enabled, reasons.disabled);
export const symmetric = when(isSymmetric, reasons.asymmetric);
export const multiRegion = when((key) => key.multi_region, reasons.singleRegion);
export const replicated = when((key) => key.regions.length > 1, reasons.noReplica);
export const notEnabled = when((key) => !key.enabled || key.key_state !== "Enabled", reasons.isEnabled);
export const notDisabled = when((key) => key.enabled || key.key_state !== "Disabled", reasons.isDisabled);
export const gone = when((key) => key.life === "DELETED" || key.status === "GONE", reasons.notGone);
export const managed = when((key) => key.life !== "RELEASED", reasons.released);
export const present = onlyIn("PROVISIONING", "ACTIVE", "INACTIVE", "REPLACED", "PENDING_DELETION");

/** Rotating in place gives the KMS key new material, and keeps its id. */
export const rotatesInPlace = unless(
  symmetric,
  enabled,
  when((key) => isOurs(key) || key.origin === "AWS_KMS", reasons.foreign),
);
