// Whom a request waits for, and what I can do about it.
import type { Approval } from "../../operation/operation";
import { isPlan } from "../../operation/operation";

type Facts = Pick<Approval, "state" | "ready" | "requester" | "needs" | "decisions">;

/** What somebody can do: decide, have it carried out, or nothing but look. */
export type Turn = "decide" | "run" | "none";

function isMissing(need: Approval["needs"][number]): boolean {
  return need.approved < need.approvers;
}

/** What `me` can do now. */
export function turnOf(request: Facts, me: string): Turn {
  if (request.state !== "open") return "none";
  if (request.requester === me) return request.ready ? "run" : "none";
  const hasDecided = request.decisions.some(({ user }) => user === me);
  const may = request.needs.some((need) => isMissing(need) && need.can_approve.includes(me));
  return may && !hasDecided ? "decide" : "none";
}

/** Whose consent is missing, by rule. */
export function missing(request: Pick<Approval, "needs">): Approval["needs"] {
  return request.needs.filter(isMissing);
}

const RANKS: Record<Turn, number> = { decide: 0, run: 1, none: 2 };
const OVER = 3;

/** Mine to decide first, then mine to carry out, then what waits for others, then what is over. */
export function byTurn<R extends Facts>(requests: readonly R[], me: string): R[] {
  const rank = (request: R) => (request.state === "open" ? RANKS[turnOf(request, me)] : OVER);
  return requests.toSorted((left, right) => rank(left) - rank(right));
}

/** What it is about, in one line. */
export function summaryOf(request: Pick<Approval, "plan" | "action">): string {
  const plan: unknown = request.plan;
  return isPlan(plan) && plan.summary !== "" ? plan.summary : request.action;
}
