// The second look at what loses something: what is carried out is what somebody consented to, as it is now.
import { asProblem } from "../api/client";
import type { Plan } from "./operation";
import { isRenewed } from "./renewed";

const GONE = 404;
const CONFLICT = 409;

/** Nothing is left to be done: it may be done already. */
function isEmpty({ steps, more_steps: more = 0 }: Plan): boolean {
  return steps.length === 0 && more === 0;
}

/** A trial of what is done already is refused as such. */
function isRefused(error: unknown): boolean {
  return [GONE, CONFLICT].includes(asProblem(error).status);
}

/**
 * The plan of now, where it is another than the one that is shown. What was sent and not answered may be done:
 * where nothing is left to do, it is asked for by its key.
 */
export async function lookedAnew(
  shown: Plan,
  wasLost: boolean,
  look: () => Promise<Plan | undefined>,
): Promise<Plan | undefined> {
  try {
    const now = await look();
    if (now === undefined || (wasLost && isEmpty(now))) return undefined;
    return isRenewed(shown, now) ? now : undefined;
  } catch (error) {
    if (wasLost && isRefused(error)) return undefined;
    throw error;
  }
}
