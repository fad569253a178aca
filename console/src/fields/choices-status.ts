// What a choice says while what it offers is being read, or cannot be.
import type { Refused } from "../api/client";
import { text } from "../text";

export interface Reading {
  isPending: boolean;
  error: Refused | null;
}

/** For Select and Multiselect, which show it among what can be chosen. */
export function choicesStatus(...of: readonly Reading[]) {
  const refused = of.find(({ error }) => error !== null)?.error;
  if (refused != null) {
    return { statusType: "error", errorText: refused.problem.detail } as const;
  }
  if (of.some(({ isPending }) => isPending)) {
    return { statusType: "loading", loadingText: text.shell.loading } as const;
  }
  return { statusType: "finished" } as const;
}
