// What cannot be read anew because the server is gone: the frame tells that once, for all parts of a page.
import { createContext, useContext } from "react";

import { isUnreached, type Refused } from "../api/client";

/** Whether that is told above the page at this moment. */
export const ServerGoneContext = createContext(false);

/** The problem of a part of a page, but for one that the frame tells already while the part shows what it knows. */
export function useUntold(error: Refused | null, isKnown: boolean): Refused | null {
  const isTold = useContext(ServerGoneContext);
  return isKnown && isTold && error !== null && isUnreached(error.problem) ? null : error;
}
