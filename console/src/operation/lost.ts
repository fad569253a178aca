// An answer that was lost: whether it was done nobody knows. A job is found by its key, when it is asked for again.
import { isUnreached, type Problem } from "../api/client";
import { text } from "../text";
import type { Plan } from "./operation";

const GATEWAYS = [502, 504];
/** Somebody on the way answered, not the server. */
const ANOTHER = "console.unexpected";
const COMMIT_UNKNOWN = "database.commit-unknown";
const FAILED = 500;

/** Whether it may have been done nevertheless. */
export function isLost(problem: Problem): boolean {
  const { code, status } = problem;
  const isOfAnother = code === ANOTHER && status >= FAILED;
  return isUnreached(problem) || isOfAnother || GATEWAYS.includes(status) || code === COMMIT_UNKNOWN;
}

/** What tells nothing of the request itself: who asks, how often, and how long. */
const OF_OTHER_THINGS = [401, 403, 408, 429];
const REFUSED = 400;

/** Whether the server refused the request itself: it was not done, then. */
export function isRefusal({ status }: Problem): boolean {
  return status >= REFUSED && status < FAILED && !OF_OTHER_THINGS.includes(status);
}

/** Whether it may be sent again: what starts no job would be done twice. */
export function startsJob(plan: Plan | undefined): boolean {
  return plan !== undefined && plan.steps.length > 0;
}

/** Says so, and what to do. */
export function mayBeDone(problem: Problem, hint: string = text.operation.lost.hint): Problem {
  return { ...problem, detail: text.operation.lost.detail, hint, causes: [problem.detail] };
}
