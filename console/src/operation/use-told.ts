// What went wrong with what somebody sent from a page that is left by then.
import { useCallback } from "react";

import type { Problem } from "../api/client";
import { useNotify } from "../notices/notices";
import { useIsHere } from "../shell/use-leave";

/** Says above the page what cannot be said in its own place any more: why it was refused, or what it waits for. */
export function useTold(): (title: string, problem: Problem) => void {
  const isHereRef = useIsHere();
  const notify = useNotify();
  return useCallback(
    (title: string, { detail, hint }: Problem) => {
      if (isHereRef.current) return;
      notify({ type: "error", header: title, content: hint == null ? detail : `${detail} ${hint}` });
    },
    [isHereRef, notify],
  );
}
