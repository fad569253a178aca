// The revision of a KMS key, which also counts what was merely observed of it.
import { read } from "../../api/read";
import type { KmsKey } from "./columns";

/** What people change of it: whoever looked at this has seen all that could be overwritten. */
const WANTED = [
  "name",
  "description",
  "tags",
  "aliases",
  "policy",
  "access",
  "enabled",
  "life",
  "versions",
  "expires_at",
  "native_rotation_days",
  "rotation",
] as const;

export function isStillAs(before: KmsKey, now: KmsKey): boolean {
  return WANTED.every((part) => JSON.stringify(before[part]) === JSON.stringify(now[part]));
}

/** Its revision as it is now, where nobody changed it since somebody looked at it. */
export async function revisionNow(seen: KmsKey): Promise<number | undefined> {
  const now = await read("/api/v1/kms-keys/{kms_key}", { path: { kms_key: seen.id } });
  return isStillAs(seen, now) ? now.revision : undefined;
}
