// Something that is sent from a form, and what was refused of it.
import { useCallback, useRef, useState } from "react";

import { asProblem, type Problem } from "../api/client";
import { waitedFor } from "../session/idle";

interface Sending {
  sending: boolean;
  problem: Problem | undefined;
  /** Sends, and keeps what was refused. */
  send: (what: () => Promise<unknown>) => Promise<void>;
}

export function useSending(): Sending {
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  // Enter sends a form also while its button waits.
  const isSending = useRef(false);
  const send = useCallback(async (what: () => Promise<unknown>) => {
    if (isSending.current) return;
    isSending.current = true;
    setSending(true);
    setProblem(undefined);
    try {
      await waitedFor(what());
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      isSending.current = false;
      setSending(false);
    }
  }, []);
  return { sending, problem, send };
}
