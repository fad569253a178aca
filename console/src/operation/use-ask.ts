// Asks others for their consent to an operation.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, type RefObject } from "react";

import { askApproval } from "../api/change";
import { asProblem } from "../api/client";
import { forget } from "../api/live";
import { text } from "../text";
import { isLost, mayBeDone } from "./lost";
import type { Operation, Phase } from "./operation";
import { asked, nameBeside, written } from "./sent";
import { useTold } from "./use-told";

const APPROVALS = "/api/v1/approvals";

/** An operation on its way, as `useOperation` leads it. */
interface Way {
  phase: Phase;
  go: (next: Phase) => void;
  isSendingRef: RefObject<boolean>;
  /** The request that was looked at or sent: no other is asked for. */
  request: () => string | undefined;
  preview: () => Promise<void>;
  end: () => void;
  onAsked?: (() => void) | undefined;
}

/** Asks for what waits for consent, with a reason. */
export function useAsk(
  operation: Operation | undefined,
  { phase, go, isSendingRef, request, preview, end, onAsked }: Way,
): (reason: string) => Promise<void> {
  const queries = useQueryClient();
  const tell = useTold();
  const shown = phase.at === "needs-approval" ? phase.preview : undefined;
  const typed = phase.at === "needs-approval" ? phase.typed : undefined;
  return useCallback(
    async (reason: string) => {
      if (operation === undefined || isSendingRef.current) return;
      const looked = request();
      if (looked !== undefined && looked !== written(operation)) return preview();
      isSendingRef.current = true;
      let isSent = false;
      try {
        const now = await asked(operation, typed);
        isSent = true;
        const { data } = await askApproval(now, reason, nameBeside(operation, typed));
        forget(queries, [APPROVALS]);
        end();
        go({ at: "asked", approval: data });
        onAsked?.();
      } catch (error) {
        const problem = asProblem(error);
        const mayBe = isSent && isLost(problem);
        // Asked twice, others would find it twice.
        if (mayBe) forget(queries, [APPROVALS]);
        const told = mayBe ? mayBeDone(problem, text.operation.lost.approvals) : problem;
        tell(operation.title, told);
        go({ at: "needs-approval", preview: shown, typed, problem: told });
      } finally {
        isSendingRef.current = false;
      }
    },
    [operation, queries, go, isSendingRef, request, onAsked, shown, typed, preview, end, tell],
  );
}
