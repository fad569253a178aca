// How long the material of new KMS keys is held, as a keystore's template says it.
import type { Schemas } from "../api/client";
import { text } from "../text";

type Lifetime = Pick<Schemas["TemplateView"], "expires_at" | "valid_days">;

/** In words, with the end as `shown` writes it. */
export function lifetimeOf(
  { expires_at: end, valid_days: days }: Lifetime,
  shown: (end: string) => string,
): string {
  if (days != null) return text.keystores.template.forDays(days);
  return end == null ? text.shell.never : shown(end);
}
