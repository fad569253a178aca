// What an operation is, where it stands, and what it wants of a person.
import type { Change } from "../api/change";
import type { Problem, Schemas } from "../api/client";
import type { Job } from "../api/live";

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
  /** Protects: it is done at once, whatever whoever it is meant against changes meanwhile. */
  protects?: boolean;
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
