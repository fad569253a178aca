// Whether a plan is still the one that somebody looked at.
import type { Schemas } from "../api/client";

type Plan = Schemas["PlanView"];
type Consequence = Schemas["ConsequenceView"];

/** When it was used last moves on by itself; that it is used where it was not, somebody has to know. */
function meaningOf(all: readonly Consequence[]) {
  return all.map(({ last_use: uses, ...rest }) => ({
    ...rest,
    used: (uses ?? []).map(({ region, operation }) => ({ region, isUsed: operation != null })),
  }));
}

/** An end of material that is counted from now is the same one on the same day. */
function inDays(words: string): string {
  return words.replaceAll(/(?<=\d{4}-\d\d-\d\d)T[\d:.]+/g, "");
}

/** What somebody consents to: neither how long it takes, nor when AWS was asked. */
function consentedTo({ steps, more_steps, consequences, kms_keys, refused, blocked }: Plan): string {
  return JSON.stringify([
    steps.map((step) => ({ ...step, words: inDays(step.words) })),
    more_steps ?? 0,
    meaningOf(consequences ?? []),
    kms_keys ?? 0,
    (refused ?? []).map(({ kms_key, code }) => [kms_key, code]),
    blocked?.code ?? null,
  ]);
}

/** Whether what is shown of it is another than before. */
export function isRenewed(before: Plan, now: Plan): boolean {
  return consentedTo(before) !== consentedTo(now);
}
