// Rotation schedules as forms hold them, and as the API takes and shows them.
import type { Schemas } from "../api/client";
import { text } from "../text";
import type { Line } from "./changes";

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
  start: string;
  timeZone: string;
  method: Schemas["RotationMethod"];
  oldKey: Schemas["OldKey"];
  atBudget: Schemas["AtBudget"];
}

export const PERIODS = Object.keys(words.periods) as (keyof typeof words.periods)[];
export const OTHER = "other";

export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function newRotation(when: When): RotationDraft {
  return {
    when,
    period: "1y",
    other: "",
    cron: "",
    start: "",
    timeZone: ownTimeZone(),
    method: "new-key",
    oldKey: "keep-enabled",
    atBudget: "switch-method",
  };
}

/** What is kept of a schedule, whether of KMS keys or of an access key. */
type Kept = Pick<Rotation, "every" | "cron" | "start"> &
  Partial<Pick<Rotation, "method" | "old_key" | "at_budget">> & { time_zone?: string | null | undefined };

/** A schedule as it is, to be changed. */
export function rotationDraft(kept: Kept | null | undefined): RotationDraft {
  const draft = newRotation("never");
  if (kept == null || (kept.every == null && kept.cron == null)) return draft;
  const every = kept.every ?? "";
  const isUsual = (PERIODS as string[]).includes(every);
  return {
    when: kept.cron == null ? "every" : "cron",
    period: isUsual ? every : OTHER,
    other: isUsual ? "" : every,
    cron: kept.cron ?? "",
    start: kept.start ?? "",
    timeZone: kept.time_zone ?? draft.timeZone,
    method: kept.method ?? draft.method,
    oldKey: kept.old_key ?? draft.oldKey,
    atBudget: kept.at_budget ?? draft.atBudget,
  };
}

/** When it comes; nothing as long as that is not said. */
export function whenOf(draft: RotationDraft): Schemas["AccessKeyScheduleRequest"] | undefined {
  if (draft.when === "never" || draft.when === "inherit") return { every: draft.when };
  const period = draft.period === OTHER ? draft.other.trim() : draft.period;
  const said = draft.when === "cron" ? draft.cron.trim() : period;
  if (said === "") return undefined;
  return {
    ...(draft.when === "cron" ? { cron: said } : { every: said }),
    ...(draft.start.trim() === "" ? {} : { start: draft.start.trim() }),
    time_zone: draft.timeZone,
  };
}

/** The whole rule; nothing as long as it is not said when. */
export function rotationOf(draft: RotationDraft): RotationRequest | undefined {
  const when = whenOf(draft);
  if (when === undefined || draft.when === "never" || draft.when === "inherit") return when;
  return {
    ...when,
    method: draft.method,
    ...(draft.method === "new-key" ? { old_key: draft.oldKey } : { at_budget: draft.atBudget }),
  };
}

/** A rule in words. */
export function rotationInWords(
  kept: Pick<Schemas["AccessKeyScheduleRequest"], "every" | "cron" | "time_zone"> | null | undefined,
): string {
  if (kept?.cron != null) return words.byCron(kept.cron, kept.time_zone ?? "UTC");
  if (kept?.every != null)
    return words.every((words.periods as Record<string, string>)[kept.every] ?? kept.every);
  return words.never;
}

/** A rule in words, line by line. */
export function rotationLines(rotation: Rotation | null | undefined): Line[] {
  if (rotation?.every == null && rotation?.cron == null) return [[words.title, words.never]];
  return [
    [words.title, rotationInWords(rotation)],
    [words.method, words.methods[rotation.method]],
    rotation.method === "new-key"
      ? [words.oldKey, words.oldKeys[rotation.old_key]]
      : [words.atBudget, words.atBudgets[rotation.at_budget]],
    [words.timeZone, rotation.time_zone],
  ];
}
