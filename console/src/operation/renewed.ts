// Whether a plan is still the one that somebody looked at.
import type { Schemas } from "../api/client";

type Plan = Schemas["PlanView"];
type Consequence = Schemas["ConsequenceView"];

function nameOf({ arn, kms_key }: Consequence): string {
  return arn ?? kms_key;
}

/** They come in the order of their last use, which moves on by itself. */
function meaningOf(all: readonly Consequence[]) {
  return all
    .map((one) => ({ ...one, last_use: undefined, name: nameOf(one) }))
    .sort((one, other) => (one.name < other.name ? -1 : Number(one.name > other.name)));
}

/** Where each is used, as far as AWS answered. */
function usedIn({ consequences }: Plan): Set<string> {
  const used = (consequences ?? []).flatMap((one) =>
    (one.last_use ?? []).flatMap(({ region, operation }) =>
      operation == null ? [] : `${nameOf(one)} ${region}`,
    ),
  );
  return new Set(used);
}

/** How long something waits moves on by itself. */
function timeless(warning: string): string {
  return warning.replaceAll(/ ?\(until [^)]*\)/g, "");
}

/** An end of material that is counted from now is the same one on the same day. */
function inDays(words: string): string {
  return words.replaceAll(/(?<=\d{4}-\d\d-\d\d)T[\d:.]+/g, "");
}

/** What somebody consents to: neither how long it takes, nor when AWS was asked. */
function consentedTo({ steps, more_steps, consequences, kms_keys, refused, blocked, ...rest }: Plan): string {
  return JSON.stringify([
    steps.map((step) => ({ ...step, words: inDays(step.words) })),
    more_steps ?? 0,
    meaningOf(consequences ?? []),
    rest.more_consequences ?? 0,
    (rest.warnings ?? []).map(timeless),
    kms_keys ?? 0,
    (refused ?? []).map(({ kms_key, code }) => [kms_key, code]),
    blocked?.code ?? null,
  ]);
}

/** Whether what is shown of it is another than before. */
export function isRenewed(before: Plan, now: Plan): boolean {
  const known = usedIn(before);
  // That it is used where it was not, somebody has to know; that AWS does not answer is no change.
  const isUsedAnew = [...usedIn(now)].some((place) => !known.has(place));
  return isUsedAnew || consentedTo(before) !== consentedTo(now);
}
