// Whether an API key is still good.
import type { Schemas } from "../../api/client";

export type KeyState = "good" | "replaced" | "revoked" | "ended";

export function stateOf(key: Schemas["ApplicationKeyView"], now: number = Date.now()): KeyState {
  if (key.revoked_at != null) return "revoked";
  if (new Date(key.expires_at).getTime() <= now) return "ended";
  return key.replaced_by == null ? "good" : "replaced";
}
