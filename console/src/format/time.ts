// Times as people read them: in their own time zone, which is always named.
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const moment = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "medium",
  timeStyle: "short",
  hourCycle: "h23",
});
const momentWithZone = new Intl.DateTimeFormat("en-GB", {
  day: "2-digit",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZoneName: "longOffset",
});
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });

/** `23 Nov 2026, 12:15`; empty for none. */
export function atMinute(time: string | null | undefined): string {
  return time == null ? "" : moment.format(new Date(time));
}

/** With seconds and the offset of the time zone. */
export function exactly(time: string): string {
  return momentWithZone.format(new Date(time));
}

export function onDay(time: string): string {
  return day.format(new Date(time));
}

/** `in 3 days`, `2 hours ago`. */
export function fromNow(time: string, now: number = Date.now()): string {
  const distance = new Date(time).getTime() - now;
  const format = new Intl.RelativeTimeFormat("en", { numeric: "always" });
  const size = Math.abs(distance);
  if (size < MINUTE / 2) return "now";
  if (size < HOUR) return format.format(Math.round(distance / MINUTE), "minute");
  if (size < 2 * DAY) return format.format(Math.round(distance / HOUR), "hour");
  return format.format(Math.round(distance / DAY), "day");
}

/** `1 h 5 min`, for durations in seconds. */
export function lasting(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** `2027-02-21T13:01:36.72+00:00[UTC]` as people read it: in the zone in which days are counted. */
export function inItsZone(time: string): string {
  const [, date, minute, named] = /^([\d-]+)T(\d\d:\d\d).*\[(.+)\]$/.exec(time) ?? [];
  return date === undefined ? time : `${date} ${minute ?? ""} (${named ?? ""})`;
}

/** The end of a day, as the API writes moments; of a day such as `2026-11-23`. */
export function endOf(date: string): string {
  return new Date(`${date}T23:59:59`).toISOString();
}
