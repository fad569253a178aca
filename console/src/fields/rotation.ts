// Rotation schedules as forms hold them, and as the API takes and shows them.
import type { Schemas } from "../api/client";
import { exactly } from "../format/time";
import { shownIn, stamped } from "../format/zone";
import { text } from "../text";
import type { Line } from "./changes";
import { momentOf, noMoment, type Moment } from "./moment-field";

const words = text.fields.rotation;

export type Rotation = Schemas["RotationView"];
export type RotationRequest = Schemas["RotationRequest"];
export type When = "inherit" | "never" | "every" | "cron";

export interface RotationDraft {
  when: When;
  /** One of the usual periods, or `other`. */
  period: string;
  other: string;
  cron: string;
  /** Not before; without a date at once. Days are counted in its zone in any case. */
  start: Moment;
  /** The start that is kept, to the fraction of a second, of which `start` shows the minute. */
  keptStart?: string | undefined;
  method: Schemas["RotationMethod"];
  oldKey: Schemas["OldKey"];
  atBudget: Schemas["AtBudget"];
}

export const PERIODS = Object.keys(words.periods) as (keyof typeof words.periods)[];
export const OTHER = "other";

export function newRotation(when: When): RotationDraft {
  return {
    when,
    period: "1y",
    other: "",
    cron: "",
    start: noMoment(),
    method: "new-key",
    oldKey: "keep-enabled",
    atBudget: "switch-method",
  };
}

type Recurrence = Pick<RotationRequest, "every" | "cron">;

/** What is kept of a schedule, whether of KMS keys or of an access key. */
type Kept = Pick<Rotation, "every" | "cron" | "start"> &
  Partial<Pick<Rotation, "method" | "old_key" | "at_budget">> & { time_zone?: string | null | undefined };

/** A schedule as it is, to be changed. */
export function rotationDraft(kept: Kept | null | undefined): RotationDraft {
  const draft = newRotation("never");
  if (kept == null || (kept.every == null && kept.cron == null)) return draft;
  const every = kept.every ?? "";
  const zone = kept.time_zone ?? draft.start.zone;
  const isUsual = (PERIODS as string[]).includes(every);
  return {
    when: kept.cron == null ? "every" : "cron",
    period: isUsual || every === "" ? every || draft.period : OTHER,
    other: isUsual ? "" : every,
    cron: kept.cron ?? "",
    start: { ...draft.start, zone, ...(kept.start == null ? {} : shownIn(zone, new Date(kept.start))) },
    keptStart: kept.start ?? undefined,
    method: kept.method ?? draft.method,
    oldKey: kept.old_key ?? draft.oldKey,
    atBudget: kept.at_budget ?? draft.atBudget,
  };
}

/** Whether it says how often, such as 45d. */
export function isPeriod(said: string): boolean {
  return /^[1-9]\d*(d|w|mo|y)$/.test(said.trim());
}

/** How often it comes; nothing as long as that is not said. */
function recurrenceOf({ when, period, other, cron }: RotationDraft): Recurrence | undefined {
  if (when === "cron") return cron.trim() === "" ? undefined : { cron: cron.trim() };
  const every = period === OTHER ? other.trim() : period;
  return isPeriod(every) ? { every } : undefined;
}

/** Since when; nothing where a date is given without its time. What was kept stays exact unless it is changed. */
function startOf({ start, keptStart }: RotationDraft): { start?: string } | undefined {
  if (start.date === "") return {};
  if (keptStart !== undefined) {
    const { date, time } = shownIn(start.zone, new Date(keptStart));
    if (date === start.date && time === start.time) return { start: keptStart };
  }
  const at = momentOf(start);
  return at === undefined ? undefined : { start: stamped(at) };
}

/** When it comes; nothing as long as that is not said. */
export function whenOf(draft: RotationDraft): Schemas["AccessKeyScheduleRequest"] | undefined {
  if (draft.when === "never" || draft.when === "inherit") return { every: draft.when };
  const recurrence = recurrenceOf(draft);
  const start = startOf(draft);
  if (recurrence === undefined || start === undefined) return undefined;
  return { ...recurrence, ...start, time_zone: draft.start.zone };
}

/** The whole rule; nothing as long as it is not said when. */
export function rotationOf(draft: RotationDraft): RotationRequest | undefined {
  const when = whenOf(draft);
  if (when === undefined || draft.when === "never" || draft.when === "inherit") return when;
  // All of it, whatever the method: rotation in place goes on with new KMS keys once AWS allows no more.
  return { ...when, method: draft.method, old_key: draft.oldKey, at_budget: draft.atBudget };
}

/** Whether there can be an old KMS key, of which it is asked what becomes. */
export function leavesOldKey(method: RotationDraft["method"], atBudget: RotationDraft["atBudget"]): boolean {
  return method === "new-key" || atBudget === "switch-method";
}

/** A rule in words. */
export function rotationInWords(
  kept: Pick<Schemas["AccessKeyScheduleRequest"], "every" | "cron" | "time_zone"> | null | undefined,
): string {
  if (kept?.cron != null) return words.byCron(kept.cron, kept.time_zone ?? "UTC");
  if (kept?.every == null) return words.never;
  const [, count, unit] = /^(\d+)([a-z]+)$/.exec(kept.every) ?? [];
  const named = words.units[unit ?? ""];
  return named === undefined ? kept.every : words.every(Number(count), named);
}

/** A rule in words, line by line. */
export function rotationLines(rotation: Rotation | null | undefined): Line[] {
  if (rotation?.every == null && rotation?.cron == null) return [[words.title, words.never]];
  return [
    [words.title, rotationInWords(rotation)],
    [words.method, words.methods[rotation.method]],
    ...methodLines(rotation),
    [words.timeZone, rotation.time_zone],
    ...(rotation.start == null ? [] : [[words.start, exactly(rotation.start)] as const]),
  ];
}

/** What goes with the method of a rule. */
export function methodLines({ method, old_key, at_budget }: Rotation): Line[] {
  return [
    ...(method === "in-place" ? [[words.atBudget, words.atBudgets[at_budget]] as const] : []),
    ...(leavesOldKey(method, at_budget) ? [[words.oldKey, words.oldKeys[old_key]] as const] : []),
  ];
}
