// What every operation goes through: it is tried, confirmed, perhaps approved by others, carried out, and watched.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useReducer, useRef } from "react";

import { askApproval, send, type Change } from "../api/change";
import { asProblem, type Problem, type Schemas } from "../api/client";
import { forget, type Job } from "../api/live";

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
  /** The route knows no trial: nothing can be previewed; what is said in fields is carried out at once. */
  untried?: boolean;
  /** Where consent to a number goes into the request itself; else the typed name goes beside it. */
  confirmed?: (change: Change) => Change;
  /** Routes whose answers it changes, besides those that jobs change. */
  touches?: readonly string[];
}

/** Where an operation stands. */
export type Phase =
  | { at: "start" }
  | { at: "planning" }
  /** Tried: with its plan, or with what a record would be. */
  | { at: "planned"; preview: unknown; problem?: Problem }
  | { at: "refused"; problem: Problem }
  | { at: "sending"; preview: unknown }
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
  if (!isPlan(preview)) return false;
  const isLost = preview.steps.some((step) => step.destructive === true);
  return isLost || (preview.consequences?.some(({ unusable }) => unusable != null) ?? false);
}

/** Whether it can be carried out: what stands in its way is known before it begins. */
export function isPossible(preview: unknown): boolean {
  return !isPlan(preview) || preview.blocked == null;
}

function jobOf(answer: unknown): Job | undefined {
  if (typeof answer !== "object" || answer === null || !("job" in answer)) return undefined;
  return (answer.job as Job | null) ?? undefined;
}

const NEEDS_APPROVAL = "approval.needed";

/** Whatever an operation may have changed beside what it names. */
const ALWAYS = ["/api/v1/jobs", "/api/v1/kms-keys", "/api/v1/keys", "/api/v1/all-keys", "/api/v1/approvals"];

export interface Running {
  phase: Phase;
  preview: () => Promise<void>;
  carryOut: (typed?: string) => Promise<void>;
  ask: (reason: string) => Promise<void>;
  reset: () => void;
}

/** Leads an operation through its phases. */
export function useOperation(operation: Operation | undefined, onDone?: (answer: unknown) => void): Running {
  const queries = useQueryClient();
  const [phase, go] = useReducer((_: Phase, next: Phase) => next, { at: "start" });
  // One key for as long as it is the same request: sent twice, it is carried out once.
  const key = useRef<string>(undefined);

  const preview = useCallback(async () => {
    if (operation === undefined) return;
    key.current = crypto.randomUUID();
    if (operation.untried === true) {
      go({ at: "planned", preview: undefined });
      return;
    }
    go({ at: "planning" });
    try {
      const { data } = await send(operation.change, { dryRun: true });
      go({ at: "planned", preview: data });
    } catch (error) {
      go({ at: "refused", problem: asProblem(error) });
    }
  }, [operation]);

  const shown = phase.at === "planned" || phase.at === "needs-approval" ? phase.preview : undefined;
  const carryOut = useCallback(
    async (typed?: string) => {
      if (operation === undefined) return;
      key.current ??= crypto.randomUUID();
      const { confirmed } = operation;
      const change =
        typed !== undefined && confirmed !== undefined ? confirmed(operation.change) : operation.change;
      const confirmName = confirmed === undefined ? typed : undefined;
      go({ at: "sending", preview: shown });
      try {
        const { data } = await send(change, { confirmName, idempotencyKey: key.current });
        forget(queries, [...ALWAYS, ...(operation.touches ?? [])]);
        go({ at: "done", answer: data, job: jobOf(data) });
        onDone?.(data);
      } catch (error) {
        const problem = asProblem(error);
        if (problem.code === NEEDS_APPROVAL) go({ at: "needs-approval", preview: shown, typed });
        else go({ at: "planned", preview: shown, problem });
      }
    },
    [operation, queries, onDone, shown],
  );

  const typed = phase.at === "needs-approval" ? phase.typed : undefined;
  const ask = useCallback(
    async (reason: string) => {
      if (operation === undefined) return;
      const { confirmed } = operation;
      const change =
        typed !== undefined && confirmed !== undefined ? confirmed(operation.change) : operation.change;
      try {
        const { data } = await askApproval(change, reason, confirmed === undefined ? typed : undefined);
        forget(queries, ["/api/v1/approvals"]);
        go({ at: "asked", approval: data });
      } catch (error) {
        go({ at: "needs-approval", preview: shown, typed, problem: asProblem(error) });
      }
    },
    [operation, queries, shown, typed],
  );
  const reset = useCallback(() => go({ at: "start" }), []);
  return useMemo(() => ({ phase, preview, carryOut, ask, reset }), [phase, preview, carryOut, ask, reset]);
}
