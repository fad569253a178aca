// What the dashboard says, reckoned from lists. Every figure has the address of the list that it is taken from.
import type { Schemas } from "../../api/client";

type KmsKey = Schemas["KmsKeyView"];
type Time = string | null | undefined;

export interface Figure {
  name: string;
  count: number;
  /** The list behind it. */
  to: string;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
export const SOON_DAYS = 30;
const OURS = "Keyferry";
const GONE = ["DELETED", "RELEASED"];

/** A list with a filter: `("/kms-keys", ["status", "DISABLED"])`. */
export function address(list: string, ...filters: [column: string, wanted: string][]): string {
  const query = new URLSearchParams(filters).toString();
  return query === "" ? list : `${list}?${query}`;
}

/** How many rows there are of each value, the most frequent first. */
export function countsOf<Row>(
  rows: readonly Row[],
  valuesOf: (row: Row) => readonly string[],
): [string, number][] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const value of valuesOf(row)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].toSorted(([one, left], [other, right]) => right - left || one.localeCompare(other));
}

/** Before this moment is soon. */
export function soonUntil(now: number): string {
  const minute = Math.floor(now / MINUTE) * MINUTE;
  return new Date(minute + SOON_DAYS * DAY).toISOString().replace(".000Z", "Z");
}

function isBefore(time: Time, limit: string): boolean {
  return time != null && Date.parse(time) < Date.parse(limit);
}

export function byStatus(keys: readonly KmsKey[]): Figure[] {
  return countsOf(keys, ({ status }) => [status]).map(([name, count]) => ({
    name,
    count,
    to: address("/kms-keys", ["status", name]),
  }));
}

/** A KMS key in several Regions counts in each. */
export function byRegion(keys: readonly KmsKey[]): Figure[] {
  return countsOf(keys, ({ regions }) => [...new Set(regions)]).map(([name, count]) => ({
    name,
    count,
    to: address("/kms-keys", ["regions", `:${name}`]),
  }));
}

/** By connection, with its account where that is known. */
export function byAccount(keys: readonly KmsKey[], accounts: ReadonlyMap<string, string>): Figure[] {
  return countsOf(keys, ({ connection_name: name }) => [name]).map(([name, count]) => {
    const account = accounts.get(name);
    return {
      name: account === undefined ? name : `${name} (${account})`,
      count,
      to: address("/kms-keys", ["connection", name]),
    };
  });
}

export function bySource(keys: readonly KmsKey[]): Figure[] {
  return countsOf(keys, ({ source }) => [source.kind]).map(([name, count]) => ({
    name,
    count,
    // Lists add the key's name in brackets.
    to: address("/kms-keys", ["source", name === OURS ? `:${name} (` : name]),
  }));
}

function isThere({ life }: Pick<KmsKey, "life">): boolean {
  return !GONE.includes(life);
}

const THERE: [string, string][] = GONE.map((life) => ["life", `!=${life}`]);

/** KMS keys whose material expires within 30 days, or has expired. */
export function expiringSoon(keys: readonly KmsKey[], now: number): Omit<Figure, "name"> {
  const limit = soonUntil(now);
  return {
    count: keys.filter((key) => isThere(key) && isBefore(key.expires_at, limit)).length,
    to: address("/kms-keys", ["expires", `<${limit}`], ...THERE),
  };
}

/** What rotates by itself within 30 days. */
export function rotatingSoon(
  schedules: readonly Pick<Schemas["ScheduleView"], "rule">[],
  now: number,
): Omit<Figure, "name"> {
  const limit = soonUntil(now);
  return {
    count: schedules.filter(({ rule }) => isBefore(rule.next, limit)).length,
    to: address("/schedules", ["next", `<${limit}`]),
  };
}

export interface Month {
  /** Its first moment, and that of the next, in the time zone of whoever looks. */
  from: Date;
  until: Date;
  count: number;
}

const MONTHS = 12;

/** How many of the times are in this month and in each of the eleven after it; what is over does not count. */
export function perMonth(times: readonly Time[], now: number): Month[] {
  const today = new Date(now);
  const begin = (index: number) => new Date(today.getFullYear(), today.getMonth() + index, 1);
  const moments = times.flatMap((time) => (time == null ? [] : [Date.parse(time)])).filter((at) => at >= now);
  return Array.from({ length: MONTHS }, (_, index) => {
    const [from, until] = [begin(index), begin(index + 1)];
    const count = moments.filter((at) => at >= from.getTime() && at < until.getTime()).length;
    // Of this month only what is to come.
    return { from: index === 0 ? today : from, until, count };
  });
}

/** When the material of KMS keys that are still there expires. */
export function expiries(keys: readonly KmsKey[]): Time[] {
  return keys.filter(isThere).map((key) => key.expires_at);
}

/** The list of what is in a month. */
export function inMonth(list: string, column: string, { from, until }: Month): string {
  const filters: [string, string][] = [
    [column, `>=${from.toISOString()}`],
    [column, `<${until.toISOString()}`],
  ];
  return address(list, ...filters, ...(list === "/kms-keys" ? THERE : []));
}
