// Somebody is there, as long as a session lasts, whatever it is good for: this browser notes it, and the server is told.
import { useEffect, useMemo } from "react";

import { askHere } from "../api/client";
import { act, boundsOf, idleness, idleSince, isWaiting, type Idleness } from "./idle";
import { useSession } from "./session";

const SECOND = 1000;
const ACTIVITY = ["pointerdown", "keydown"] as const;

/** The server learns it too, which counts nothing else that pages ask for. */
export function beHere(): void {
  act(Date.now());
  askHere().catch(() => undefined);
}

/** What somebody is told at this moment. */
export function idlenessNow(minutes: number | undefined): Idleness {
  return isWaiting() ? { is: "here" } : idleness(idleSince(Date.now()), boundsOf(minutes));
}

export function usePresence(): void {
  const { me, limit } = useSession();
  const isThere = me !== undefined || limit !== undefined;
  const isWarned = me !== undefined;
  const minutes = me?.session_idle_minutes ?? undefined;
  const { every } = useMemo(() => boundsOf(minutes), [minutes]);
  useEffect(() => {
    if (isThere) beHere();
  }, [isThere]);
  useEffect(() => {
    if (!isThere) return undefined;
    const note = () => {
      // Whoever is warned answers the warning; nothing else counts then.
      if (isWarned && idlenessNow(minutes).is !== "here") return;
      if (idleSince(Date.now()) >= every) beHere();
    };
    const wait = () => isWaiting() && note();
    for (const event of ACTIVITY) window.addEventListener(event, note);
    const tick = setInterval(wait, SECOND);
    return () => {
      clearInterval(tick);
      for (const event of ACTIVITY) window.removeEventListener(event, note);
    };
  }, [isThere, isWarned, minutes, every]);
}
