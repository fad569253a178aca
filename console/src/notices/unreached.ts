// What cannot be read anew because the server is gone: the frame tells that once, for all parts of a page.
import type { Refused } from "../api/client";
import { useLive } from "../api/live";

/** No answer at all. */
const NONE = 0;

/** The problem of a part of a page, but for one that the frame tells already while the part shows what it knows. */
export function useUntold(error: Refused | null, isKnown: boolean): Refused | null {
  const live = useLive();
  return isKnown && !live && error?.problem.status === NONE ? null : error;
}
