// What every operation goes through: it is tried, confirmed, perhaps approved by others, carried out, and watched.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useReducer, useRef } from "react";

import { askApproval, send, type Change, type Sending } from "../api/change";
import { asProblem, type Answer, type Problem, type Schemas } from "../api/client";
import { forget, TOUCHED, type Job } from "../api/live";
import { useConfirmed } from "../session/confirmed";
import { waitedFor } from "../session/idle";
import { text } from "../text";
import { afterFailure } from "./failed";
import { isLost, isRefusal, mayBeDone } from "./lost";
import { CHANGED, readAnew } from "./read-anew";
import { lookedAnew } from "./second-look";

export type Plan = Schemas["PlanView"];
export type Approval = Schemas["ApprovalView"];

/** An operation that somebody is about to begin. */
export interface Operation {
  /** Such as `Disable orders`. */
  title: string;
  change: Change;
  /** What is typed where something becomes unusable or is lost: the name, or the number of things. */
  name: string;
  /** Loses something though its plan does not tell, as with records that are removed. */
  loses?: boolean;
  /** Whether a trial that tells no plan leaves something to be done; it does unless this says otherwise. */
  isWorth?: (preview: unknown) => boolean;
  /** Makes what it is about: nothing was there yet that could be lost. */
  makes?: boolean;
  /** The route knows no trial: nothing can be previewed; what is said in fields is carried out at once. */
  untried?: boolean;
  /** Where consent to a number goes into the request itself; else the typed name goes beside it. */
  confirmed?: (change: Change) => Change;
  /**
   * The revision as it is now, as long as all that was looked at is still so; else the server refuses. What
   * was merely observed counts as a revision too.
   */
  afresh?: () => Promise<number | undefined>;
  /** Routes whose answers it changes, besides those that jobs change. */
  touches?: readonly string[];
  /** What to do where its answer is lost on the way, if not just to look. */
  lost?: string;
}

/** Where an operation stands. */
export type Phase =
  | { at: "start" }
  | { at: "planning" }
  /** Tried: with its plan, or with what a record would be. */
  | { at: "planned"; preview: unknown; problem?: Problem; isRenewed?: true; isNamed?: boolean }
  | { at: "refused"; problem: Problem }
  | { at: "sending"; preview: unknown; isNamed?: boolean }
  /** A rule wants the consent of others. */
  | { at: "needs-approval"; preview: unknown; typed: string | undefined; problem?: Problem }
  | { at: "asked"; approval: Approval }
  | { at: "done"; answer: unknown; job: Job | undefined };

export function isPlan(preview: unknown): preview is Plan {
  return typeof preview === "object" && preview !== null && "steps" in preview && "summary" in preview;
}

/** Whether a person must type the name. */
export function mustType(operation: Operation, preview: unknown): boolean {
  if (operation.loses === true) return true;
  if (operation.makes === true) return false;
  if (!isPlan(preview)) return false;
  const isLost = preview.steps.some((step) => step.destructive === true);
  return isLost || (preview.consequences?.some(({ unusable }) => unusable != null) ?? false);
}

/** The same as it stands: the server may want the name where the plan does not tell why. */
export function wantsName(operation: Operation, phase: Phase): boolean {
  if (phase.at !== "planned" && phase.at !== "sending") return false;
  return phase.isNamed === true || mustType(operation, phase.preview);
}

/** Whether every single one that it is about is refused. */
function isRefusedWhole({ refused = [], kms_keys: concerned = 0 }: Plan): boolean {
  return refused.length > 0 && refused.length >= concerned;
}

/** Whether it can be carried out: what stands in its way is known before it begins. */
export function isPossible(preview: unknown): boolean {
  return !isPlan(preview) || (preview.blocked == null && !isRefusedWhole(preview));
}

function jobOf(answer: unknown): Job | undefined {
  if (typeof answer !== "object" || answer === null || !("job" in answer)) return undefined;
  return (answer.job as Job | null) ?? undefined;
}

const APPROVALS = "/api/v1/approvals";

/** A request as text, to tell it from others. */
function written({ change }: Operation): string {
  return JSON.stringify(change);
}

/** What is sent: against the revision of now, and with consent to a number in it. */
async function asked(operation: Operation, typed: string | undefined): Promise<Change> {
  const { change, confirmed, afresh } = operation;
  const revision = (await afresh?.()) ?? change.revision;
  const now = { ...change, revision };
  return typed !== undefined && confirmed !== undefined ? confirmed(now) : now;
}

/** Sends it; where it was only observed once more in between, once more. */
async function sendAsked(
  operation: Operation,
  typed: string | undefined,
  sending: Sending,
): Promise<Answer<unknown>> {
  try {
    return await send(await asked(operation, typed), sending);
  } catch (error) {
    if (operation.afresh === undefined || asProblem(error).code !== CHANGED) throw error;
    return send(await asked(operation, typed), sending);
  }
}

export interface Running {
  phase: Phase;
  preview: () => Promise<void>;
  carryOut: (typed?: string) => Promise<void>;
  ask: (reason: string) => Promise<void>;
  reset: () => void;
}

/** Leads an operation through its phases. */
export function useOperation(
  operation: Operation | undefined,
  onDone?: (answer: unknown) => void,
  onAsked?: () => void,
  /** What was typed was consent to another plan. */
  onRenewed?: () => void,
): Running {
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  const [phase, go] = useReducer((_: Phase, next: Phase) => next, { at: "start" });
  // One key for as long as it is the same request: sent twice, it is carried out once.
  const sent = useRef<{ request: string; key: string; isLost?: boolean }>(undefined);
  // Counts trials: the answer to one that is not the last tells of another request.
  const turn = useRef(0);
  // The request whose plan is shown: no other is carried out.
  const seen = useRef<string>(undefined);
  const isSending = useRef(false);

  // What is sent anew is another one; and nothing of a file or a password stays here.
  const end = useCallback(() => {
    sent.current = undefined;
    seen.current = undefined;
  }, []);

  const preview = useCallback(async () => {
    if (operation === undefined || isSending.current) return;
    const mine = (turn.current += 1);
    if (operation.untried === true) {
      seen.current = written(operation);
      go({ at: "planned", preview: undefined });
      return;
    }
    go({ at: "planning" });
    const next = await confirmed(() => sendAsked(operation, undefined, { dryRun: true })).then(
      ({ data }): Phase => ({ at: "planned", preview: data }),
      (error: unknown): Phase => {
        const problem = asProblem(error);
        if (problem.code === CHANGED) forget(queries, readAnew(operation, problem, false));
        return { at: "refused", problem };
      },
    );
    if (mine !== turn.current) return;
    seen.current = written(operation);
    go(next);
  }, [operation, confirmed, queries]);

  const isNamed = (phase.at === "planned" || phase.at === "sending") && phase.isNamed === true;
  const shown = phase.at === "planned" || phase.at === "needs-approval" ? phase.preview : undefined;
  const carryOut = useCallback(
    async (typed?: string) => {
      if (operation === undefined || isSending.current) return;
      const request = written(operation);
      if (seen.current !== undefined && seen.current !== request) return preview();
      if (sent.current?.request !== request) sent.current = { request, key: crypto.randomUUID() };
      const sending = sent.current;
      const idempotencyKey = sending.key;
      const confirmName = operation.confirmed === undefined ? typed : undefined;
      isSending.current = true;
      let isSent = false;
      go({ at: "sending", preview: shown, isNamed });
      try {
        // What is lost is consented to as it is now: it may have been looked at long ago.
        if (mustType(operation, shown) && isPlan(shown)) {
          const now = await lookedAnew(shown, sending.isLost === true, async () => {
            const { data } = await confirmed(() => sendAsked(operation, undefined, { dryRun: true }));
            return isPlan(data) ? data : undefined;
          });
          if (now !== undefined) {
            go({ at: "planned", preview: now, isRenewed: true });
            onRenewed?.();
            return;
          }
        }
        isSent = true;
        const { data } = await confirmed(() =>
          waitedFor(sendAsked(operation, typed, { confirmName, idempotencyKey })),
        );
        forget(queries, [...TOUCHED, ...(operation.touches ?? [])]);
        end();
        go({ at: "done", answer: data, job: jobOf(data) });
        onDone?.(data);
      } catch (error) {
        const problem = asProblem(error);
        const mayBe = isSent && isLost(problem);
        if (mayBe) sending.isLost = true;
        else if (isSent && isRefusal(problem)) sending.isLost = false;
        // It may be done though it was not answered, and what is given once be spent.
        forget(queries, readAnew(operation, problem, mayBe));
        go(afterFailure(operation, { problem, mayBe, shown, typed, isNamed }));
      } finally {
        isSending.current = false;
      }
    },
    [operation, queries, confirmed, onDone, onRenewed, shown, isNamed, preview, end],
  );

  const typed = phase.at === "needs-approval" ? phase.typed : undefined;
  const ask = useCallback(
    async (reason: string) => {
      if (operation === undefined || isSending.current) return;
      const request = seen.current ?? sent.current?.request;
      if (request !== undefined && request !== written(operation)) return preview();
      const confirmName = operation.confirmed === undefined ? typed : undefined;
      isSending.current = true;
      let isSent = false;
      try {
        const now = await asked(operation, typed);
        isSent = true;
        const { data } = await askApproval(now, reason, confirmName);
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
        go({ at: "needs-approval", preview: shown, typed, problem: told });
      } finally {
        isSending.current = false;
      }
    },
    [operation, queries, onAsked, shown, typed, preview, end],
  );
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
