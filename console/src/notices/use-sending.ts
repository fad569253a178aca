// Something that is sent from a form, and what was refused of it.
import { useCallback, useState } from "react";

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
  const send = useCallback(async (what: () => Promise<unknown>) => {
    setSending(true);
    setProblem(undefined);
    try {
      await waitedFor(what());
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setSending(false);
    }
  }, []);
  return { sending, problem, send };
}
