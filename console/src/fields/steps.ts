// The way through a wizard: forward only as far as everything on the way is there, back always.
import { useState } from "react";

/** What each step still wants of a draft; steps beyond want nothing. */
export type Wants<Draft> = readonly ((draft: Draft) => string[])[];

/** Where a wizard gets to that wants to get somewhere. */
export function reached<Draft>(wants: Wants<Draft>, draft: Draft, at: number, wanted: number): number {
  if (wanted < at) return wanted;
  const lacking = wants.findIndex((missing, index) => index < wanted && missing(draft).length > 0);
  return lacking === -1 ? wanted : lacking;
}

export function useSteps<Draft>(wants: Wants<Draft>, draft: Draft) {
  const [at, setAt] = useState(0);
  const [isChecked, setChecked] = useState(false);
  const [tried, setTried] = useState(0);
  /** Gives where it got to. */
  const go = (wanted: number): number => {
    const next = reached(wants, draft, at, wanted);
    setAt(next);
    setChecked(next !== wanted);
    setTried((before) => before + 1);
    return next;
  };
  return { at, go, said: isChecked ? (wants[at]?.(draft) ?? []) : [], tried };
}
