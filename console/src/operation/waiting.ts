// Whom a request waits for, and what I can do about it.
import type { Approval } from "./operation";
import { isPlan } from "./operation";

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

const NAMED_MAX = 3;

/** The names of what a plan is about. */
function namesIn(plan: unknown): string[] {
  if (isPlan(plan)) {
    const all = [...plan.steps, ...(plan.consequences ?? [])].flatMap(({ kms_key: name }) => name ?? []);
    return [...new Set(all)];
  }
  const isNamed =
    typeof plan === "object" && plan !== null && "name" in plan && typeof plan.name === "string";
  return isNamed ? [plan.name as string] : [];
}

/** What it is about, in one line: what it does, and to what. */
export function summaryOf(request: Pick<Approval, "plan" | "action">): string {
  const plan: unknown = request.plan;
  const what = isPlan(plan) && plan.summary !== "" ? plan.summary : request.action;
  const names = namesIn(plan).filter((name) => !what.split(" ").includes(name));
  if (names.length === 0) return what;
  const more = names.length > NAMED_MAX ? ", …" : "";
  return `${what}: ${names.slice(0, NAMED_MAX).join(", ")}${more}`;
}
