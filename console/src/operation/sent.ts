// How an operation is sent: for trial or in earnest, against what was looked at.
import { send, type Change, type Sending } from "../api/change";
import { asProblem, type Answer } from "../api/client";
import type { Operation } from "./operation";
import { CHANGED } from "./read-anew";

/** A request as text, to tell it from others. */
export function written({ change }: Operation): string {
  return JSON.stringify(change);
}

/** What is sent: against the revision of now, and with consent to a number in it. */
export async function asked(operation: Operation, typed: string | undefined): Promise<Change> {
  const { change, confirmed, afresh } = operation;
  const revision = (await afresh?.()) ?? change.revision;
  const now = { ...change, revision };
  return typed !== undefined && confirmed !== undefined ? confirmed(now) : now;
}

/** The typed name, where it goes beside the request. */
export function nameBeside({ confirmed }: Operation, typed: string | undefined): string | undefined {
  return confirmed === undefined ? typed : undefined;
}

/** Sends it; where it was only observed once more in between, once more. */
export async function sendAsked(
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
