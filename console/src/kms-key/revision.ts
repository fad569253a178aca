// The revision of a KMS key, which also counts what was merely observed of it.
import { read } from "../api/read";
import type { KmsKey } from "./columns";

/** What people change of it: whoever looked at this has seen all that could be overwritten. */
const WANTED = [
  "name",
  "description",
  "tags",
  "aliases",
  "policy",
  "regions",
  "access",
  "enabled",
  "life",
  "versions",
  "expires_at",
  "native_rotation_days",
] as const;

/** When it comes next is not wanted: that follows from the rule. */
function ruleOf({ rotation }: KmsKey): unknown {
  return rotation == null ? null : { ...rotation, next: undefined, upcoming: undefined };
}

function wantedOf(kmsKey: KmsKey): string {
  return JSON.stringify([...WANTED.map((part) => kmsKey[part] ?? null), ruleOf(kmsKey)]);
}

export function isStillAs(before: KmsKey, now: KmsKey): boolean {
  return wantedOf(before) === wantedOf(now);
}

/** Its revision as it is now; none where somebody changed it since it was looked at, which the server then refuses. */
export async function revisionNow(seen: KmsKey): Promise<number | undefined> {
  const now = await read("/api/v1/kms-keys/{kms_key}", { path: { kms_key: seen.id } });
  return isStillAs(seen, now) ? now.revision : undefined;
}
