// What every operation goes through: it is tried, confirmed, perhaps approved by others, carried out, and watched.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useReducer, useRef } from "react";

import { PLAN } from "../api/change";
import { asProblem } from "../api/client";
import { forget, TOUCHED, type Job } from "../api/live";
import { useConfirmed } from "../session/confirmed";
import { waitedFor } from "../session/idle";
import { afterFailure } from "./failed";
import { isLost, isRefusal } from "./lost";
import { isPlan, mustType, type Operation, type Phase } from "./operation";
import { CHANGED, readAnew } from "./read-anew";
import { nameBeside, sendAsked, written } from "./sent";
import { useAsk } from "./use-ask";
import { useTold } from "./use-told";

/** What would be done is not what was consented to. */
const PLAN_CHANGED = "request.plan-changed";

export interface Running {
  phase: Phase;
  preview: () => Promise<void>;
  carryOut: (typed?: string) => Promise<void>;
  ask: (reason: string) => Promise<void>;
  reset: () => void;
}

interface Listeners {
  onDone?: ((answer: unknown) => void) | undefined;
  onAsked?: (() => void) | undefined;
  /** What was typed was consent to another plan. */
  onRenewed?: (() => void) | undefined;
}

/** The request whose plan is shown, and the hash of that: no other is carried out. */
interface Seen {
  request: string;
  plan?: string | undefined;
}

/** One key for as long as it is the same request: sent twice, it is carried out once. */
interface Sent {
  request: string;
  key: string;
  isLost?: boolean;
}

function jobOf(answer: unknown): Job | undefined {
  if (typeof answer !== "object" || answer === null || !("job" in answer)) return undefined;
  return (answer.job as Job | null) ?? undefined;
}

/** Tries an operation: what it would do, or why it would be refused. */
function useTrial() {
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  return useCallback(
    async (operation: Operation): Promise<{ seen: Seen; next: Phase }> => {
      const request = written(operation);
      if (operation.untried === true)
        return { seen: { request }, next: { at: "planned", preview: undefined } };
      try {
        const { data, headers } = await confirmed(() => sendAsked(operation, undefined, { dryRun: true }));
        return {
          seen: { request, plan: headers.get(PLAN) ?? undefined },
          next: { at: "planned", preview: data },
        };
      } catch (error) {
        const problem = asProblem(error);
        if (problem.code === CHANGED) forget(queries, readAnew(operation, problem, false));
        return { seen: { request }, next: { at: "refused", problem } };
      }
    },
    [confirmed, queries],
  );
}

/** Leads an operation through its phases. */
export function useOperation(
  operation: Operation | undefined,
  { onDone, onAsked, onRenewed }: Listeners = {},
): Running {
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  const tried = useTrial();
  const [phase, go] = useReducer((_: Phase, next: Phase) => next, { at: "start" });
  const sent = useRef<Sent>(undefined);
  const seen = useRef<Seen>(undefined);
  // Counts trials: the answer to one that is not the last tells of another request.
  const turn = useRef(0);
  const isSending = useRef(false);
  const tell = useTold();

  // What is sent anew is another one; and nothing of a file or a password stays here.
  const end = useCallback(() => {
    sent.current = undefined;
    seen.current = undefined;
  }, []);

  const preview = useCallback(async () => {
    if (operation === undefined || isSending.current) return;
    const mine = (turn.current += 1);
    if (operation.untried !== true) go({ at: "planning" });
    const looked = await tried(operation);
    if (mine !== turn.current) return;
    seen.current = looked.seen;
    go(looked.next);
  }, [operation, tried]);

  // What was typed was consent to another plan: that of now is shown.
  const renew = useCallback(
    async (operation: Operation) => {
      const looked = await tried(operation);
      seen.current = looked.seen;
      go(looked.next.at === "planned" ? { ...looked.next, isRenewed: true } : looked.next);
      onRenewed?.();
    },
    [tried, onRenewed],
  );

  const isNamed = (phase.at === "planned" || phase.at === "sending") && phase.isNamed === true;
  const shown = phase.at === "planned" || phase.at === "needs-approval" ? phase.preview : undefined;
  const carryOut = useCallback(
    async (typed?: string) => {
      if (operation === undefined || isSending.current) return;
      const request = written(operation);
      if (seen.current !== undefined && seen.current.request !== request) return preview();
      if (sent.current?.request !== request) sent.current = { request, key: crypto.randomUUID() };
      const sending = sent.current;
      // Who looks at a plan, or types a name, consents to what he sees: the server does nothing else.
      const isSeen = isPlan(shown) || isNamed || mustType(operation, shown);
      const isHeld = isSeen && operation.protects !== true;
      const plan = isHeld ? seen.current?.plan : undefined;
      const how = { confirmName: nameBeside(operation, typed), idempotencyKey: sending.key, plan };
      isSending.current = true;
      go({ at: "sending", preview: shown, isNamed });
      try {
        const { data } = await confirmed(() => waitedFor(sendAsked(operation, typed, how)));
        forget(queries, [...TOUCHED, ...(operation.touches ?? [])]);
        end();
        go({ at: "done", answer: data, job: jobOf(data) });
        onDone?.(data);
      } catch (error) {
        const problem = asProblem(error);
        const mayBe = isLost(problem);
        if (mayBe) sending.isLost = true;
        else if (isRefusal(problem)) sending.isLost = false;
        if (problem.code === PLAN_CHANGED) {
          tell(operation.title, problem);
          await renew(operation);
          return;
        }
        // It may be done though it was not answered, and what is given once be spent.
        forget(queries, readAnew(operation, problem, mayBe));
        const next = afterFailure(operation, { problem, mayBe, shown, typed, isNamed });
        tell(operation.title, "problem" in next ? (next.problem ?? problem) : problem);
        go(next);
      } finally {
        isSending.current = false;
      }
    },
    [operation, queries, confirmed, onDone, shown, isNamed, preview, renew, end, tell],
  );

  const request = useCallback(() => seen.current?.request ?? sent.current?.request, []);
  const ask = useAsk(operation, { phase, go, isSendingRef: isSending, request, preview, end, onAsked });
  // What is under way is waited for: what came of it must be seen.
  const reset = useCallback(() => {
    if (isSending.current) return;
    turn.current += 1;
    seen.current = undefined;
    // What may be under way is asked for by its key, also by who looked at it again.
    if (sent.current?.isLost !== true) sent.current = undefined;
    go({ at: "start" });
  }, []);
  return useMemo(() => ({ phase, preview, carryOut, ask, reset }), [phase, preview, carryOut, ask, reset]);
}
