// What is read anew where an operation was refused.
import type { Problem } from "../api/client";
import { TOUCHED } from "../api/live";
import type { Operation } from "./operation";

export const CHANGED = "request.changed";

/** What may be done, and what somebody changed meanwhile. */
export function readAnew(
  { touches = [], change }: Operation,
  { code }: Problem,
  mayBeDone: boolean,
): string[] {
  const [collection = change.template] = change.template.split("/{");
  if (code === CHANGED) return [...TOUCHED, ...touches, collection];
  return [...(mayBeDone ? TOUCHED : []), ...touches];
}
