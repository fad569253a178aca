// Times of day in a time zone, and the moments that they are.
const MINUTE = 60_000;

/** Names that people use, which the browser knows and does not list. */
const USUAL = ["UTC", "US/Pacific", "US/Mountain", "US/Central", "US/Eastern"];

/** All time zones that the browser knows. */
export const ZONES: readonly string[] = [...new Set([...USUAL, ...Intl.supportedValuesOf("timeZone")])];

/** The browser's own. */
export function zoneHere(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** What a clock there shows more than one that shows UTC, in milliseconds. */
function aheadOfUtc(zone: string, at: number): number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;

/**
 * The moment at which clocks in `zone` show that date and time. What a clock skips comes that much later; none where the
 * date or time is not whole.
 */
export function momentIn(zone: string, date: string, time: string): Date | undefined {
  const [, year, month, day] = DATE.exec(date) ?? [];
  const [, hour, minute] = TIME.exec(time) ?? [];
  if (year === undefined || hour === undefined) return undefined;
  const shown = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
  if (Number.isNaN(shown) || new Date(shown).getUTCDate() !== Number(day)) return undefined;
  const near = shown - aheadOfUtc(zone, shown);
  const exact = shown - aheadOfUtc(zone, near);
  const isShown = exact + aheadOfUtc(zone, exact) === shown;
  return new Date(isShown ? exact : Math.max(near, exact));
}

/** What calendars and clocks there show at that moment, to the minute. */
export function shownIn(zone: string, at: Date): { date: string; time: string } {
  const shown = new Date(at.getTime() + aheadOfUtc(zone, at.getTime())).toISOString();
  return { date: shown.slice(0, 10), time: shown.slice(11, 16) };
}

/** `UTC+02:00`: what is told beside a time zone's name. */
export function offsetIn(zone: string, at: Date): string {
  const minutes = Math.round(aheadOfUtc(zone, at.getTime()) / MINUTE);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const digits = (number: number) => String(number).padStart(2, "0");
  return `UTC${minutes < 0 ? "-" : "+"}${digits(hours)}:${digits(rest)}`;
}

/** `2027-03-01 10:00 UTC`. */
export function inUtc(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** RFC 3339 to the second. */
export function stamped(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

/** Milliseconds from now until then; below nothing for what is past. */
export function until(at: Date, now: number = Date.now()): number {
  return at.getTime() - now;
}
