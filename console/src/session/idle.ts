// When somebody last did something, in any tab of this browser.
const PLACE = "keyferry.active";
const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** The server is told so many times, at most, in the time after which a session ends without use. */
const TOLD = 30;
/** Where the server does not say: programs, whose sessions are none. */
const MINUTES = 15;

/** Times without use, in milliseconds. */
export interface Bounds {
  /** The session ends. */
  over: number;
  /** A warning is shown: a minute before, where there is one. */
  late: number;
  /** Between two notes that somebody is there. */
  every: number;
}

/** What follows from the minutes after which the server ends a session without use. */
export function boundsOf(minutes = MINUTES): Bounds {
  const over = minutes * MINUTE;
  return { over, late: over - Math.min(MINUTE, over / 2), every: over / TOLD };
}

export type Idleness = { is: "here" } | { is: "late"; secondsLeft: number } | { is: "over" };

/** What somebody is told who did nothing for so many milliseconds. */
export function idleness(idle: number, { over, late }: Bounds): Idleness {
  if (idle >= over) return { is: "over" };
  if (idle < late) return { is: "here" };
  return { is: "late", secondsLeft: Math.ceil((over - idle) / SECOND) };
}

let sent = 0;

/** Somebody waits for what is under way: as long as that lasts, it counts as being there. */
export async function waitedFor<T>(work: Promise<T>): Promise<T> {
  sent += 1;
  try {
    return await work;
  } finally {
    sent -= 1;
  }
}

export function isWaiting(): boolean {
  return sent > 0;
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
