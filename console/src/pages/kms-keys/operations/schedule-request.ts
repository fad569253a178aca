// A rotation schedule between its form and the API.
import type { Schemas } from "../../../api/client";
import { momentOf, NO_MOMENT, type Moment } from "./moment";

export const WHEN = ["inherit", "every", "cron", "never"] as const;

export interface Schedule {
  when: (typeof WHEN)[number];
  count: string;
  unit: string;
  cron: string;
  method: Schemas["RotationMethod"];
  oldKey: Schemas["OldKey"];
  atBudget: Schemas["AtBudget"];
  start: Moment;
}

const OTHER = /^(\d+)(d|mo|y)$/;

/** What is kept, as the form shows it. */
export function scheduleOf(kept: Schemas["RotationView"] | null | undefined, inPlace: boolean): Schedule {
  const [, count, unit] = OTHER.exec(kept?.every ?? "") ?? [];
  return {
    when: kept == null ? "never" : kept.cron != null ? "cron" : "every",
    count: count ?? "90",
    unit: unit ?? "d",
    cron: kept?.cron ?? "0 3 1 * *",
    method: kept?.method ?? (inPlace ? "in-place" : "new-key"),
    oldKey: kept?.old_key ?? "keep-enabled",
    atBudget: kept?.at_budget ?? "switch-method",
    start: { ...NO_MOMENT, zone: kept?.time_zone ?? NO_MOMENT.zone },
  };
}

/** What is asked for; undefined as long as the form does not say when. */
export function requestOf(schedule: Schedule): Schemas["RotationRequest"] | undefined {
  const { when, count, unit, cron, method, oldKey, atBudget, start } = schedule;
  if (when === "never" || when === "inherit") return { every: when };
  if (when === "every" && !/^[1-9]\d*$/.test(count)) return undefined;
  if (when === "cron" && cron.trim().split(/\s+/).length !== 5) return undefined;
  const from = momentOf(start);
  return {
    ...(when === "every" ? { every: `${count}${unit}` } : { cron: cron.trim() }),
    method,
    old_key: oldKey,
    at_budget: atBudget,
    time_zone: start.zone,
    ...(from === undefined ? {} : { start: from }),
  };
}

/** `2027-02-21T13:01:36.72+00:00[UTC]` as people read it: in the zone in which days are counted. */
export function inItsZone(time: string): string {
  const [, day, minute, zone] = /^([\d-]+)T(\d\d:\d\d).*\[(.+)\]$/.exec(time) ?? [];
  return day === undefined ? time : `${day} ${minute ?? ""} (${zone ?? ""})`;
}
