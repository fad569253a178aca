// A rotation rule in words.
import type { Schemas } from "../../api/client";
import { text } from "../../text";

const words = text.jobs.schedules;

/** Such as `every 90 d` or `0 3 1 * * (Europe/Berlin)`. */
export function ruleOf(rule: Pick<Schemas["RotationView"], "every" | "cron" | "time_zone">): string {
  if (rule.cron != null) return words.cron(rule.cron, rule.time_zone);
  const [, count, unit] = /^(\d+)(d|w|mo|y)$/.exec(rule.every ?? "") ?? [];
  if (count === undefined || unit === undefined) return rule.every ?? text.shell.none;
  return words.every(Number(count), words.units[unit] ?? unit);
}
