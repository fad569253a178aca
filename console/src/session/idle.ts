// When somebody last did something, in any tab of this browser.
const PLACE = "keyferry.active";
const SECOND = 1000;

/** As the server ends sessions: fifteen minutes after the last request. */
export const IDLE_MAX = 15 * 60 * SECOND;
const WARNED_BEFORE = 60 * SECOND;

export type Idleness = { is: "here" } | { is: "late"; secondsLeft: number } | { is: "over" };

/** What somebody is told who did nothing for so many milliseconds. */
export function idleness(idle: number): Idleness {
  if (idle >= IDLE_MAX) return { is: "over" };
  if (idle < IDLE_MAX - WARNED_BEFORE) return { is: "here" };
  return { is: "late", secondsLeft: Math.ceil((IDLE_MAX - idle) / SECOND) };
}

/** Notes that somebody is there. */
export function act(now: number): void {
  localStorage.setItem(PLACE, String(now));
}

/** Milliseconds since somebody was; none where nobody noted it, or the clock went back. */
export function idleSince(now: number): number {
  const last = Number(localStorage.getItem(PLACE) ?? now);
  return Number.isFinite(last) ? Math.max(0, now - last) : 0;
}
