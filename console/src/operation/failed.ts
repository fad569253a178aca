// Where an operation stands after it failed.
import type { Problem } from "../api/client";
import { mayBeDone, startsJob } from "./lost";
import { isPlan, type Operation, type Phase } from "./operation";

const NEEDS_APPROVAL = "approval.needed";
const UNNAMED = ["request.name-not-confirmed", "request.count-not-confirmed"];

interface Failure {
  problem: Problem;
  /** Whether it may have been done nevertheless. */
  mayBe: boolean;
  shown: unknown;
  typed: string | undefined;
  isNamed: boolean;
}

export function afterFailure({ lost }: Operation, { problem, mayBe, shown, typed, isNamed }: Failure): Phase {
  const plan = isPlan(shown) ? shown : undefined;
  if (mayBe && !startsJob(plan)) return { at: "refused", problem: mayBeDone(problem, lost) };
  if (problem.code === NEEDS_APPROVAL) return { at: "needs-approval", preview: shown, typed };
  return { at: "planned", preview: shown, problem, isNamed: isNamed || UNNAMED.includes(problem.code) };
}
