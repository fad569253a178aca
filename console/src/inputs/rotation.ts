// What people say of a rotation schedule, and how the server takes it.
import type { Schemas } from "../api/client";
import { stamped } from "../format/zone";
import { momentOf, noMoment, type Moment } from "./moment-field";

type Method = Schemas["RotationMethod"];
type OldKey = Schemas["OldKey"];
type AtBudget = Schemas["AtBudget"];

export type RotationKind = "inherit" | "never" | "custom";

export interface RotationDraft {
  kind: RotationKind;
  /** A period such as `90d`. */
  every: string;
  /** Whether the first time is given. */
  starts: boolean;
  start: Moment;
  method: Method;
  oldKey: OldKey;
  atBudget: AtBudget;
}

/** As it is kept already, or as it is begun with. */
export function rotationDraft(kind: RotationKind, kept?: Schemas["RotationView"] | null): RotationDraft {
  return {
    kind,
    every: kept?.every ?? "90d",
    starts: false,
    start: noMoment(),
    method: kept?.method ?? "new-key",
    oldKey: kept?.old_key ?? "keep-enabled",
    atBudget: kept?.at_budget ?? "switch-method",
  };
}

const PERIOD = /^\d+(d|w|mo|y)$/;

/** Whether it can be sent. */
export function isWhole({ kind, every, starts, start }: RotationDraft): boolean {
  return kind !== "custom" || (PERIOD.test(every) && (!starts || momentOf(start) !== undefined));
}

export function rotationOf(draft: RotationDraft): Schemas["RotationRequest"] {
  if (draft.kind !== "custom") return { every: draft.kind };
  const { every, method, oldKey, atBudget, starts, start } = draft;
  const at = starts ? momentOf(start) : undefined;
  return {
    every,
    method,
    old_key: oldKey,
    at_budget: atBudget,
    time_zone: start.zone,
    ...(at === undefined ? {} : { start: stamped(at) }),
  };
}
