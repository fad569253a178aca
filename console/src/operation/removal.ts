// Removing a record: its name is typed, and no route of records wants to be told that name.
import type { Operation } from "./operation";

/** An operation by which a record is lost. */
export function removal(operation: Omit<Operation, "loses" | "confirmed">): Operation {
  return { ...operation, loses: true, confirmed: (change) => change };
}
