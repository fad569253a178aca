// Which entries are wanted: the server finds by actor, action and object; time and result are found among what it gives.
import type { Entry } from "../../audit/shown";

export interface Filter {
  actor: string;
  action: string;
  object: string;
  result: string;
  /** ISO 8601; empty for any. */
  from: string;
  until: string;
}

export const FIELDS = ["actor", "action", "object", "result", "from", "until"] as const;
export const NOTHING: Filter = { actor: "", action: "", object: "", result: "", from: "", until: "" };

export function filterOf(params: URLSearchParams): Filter {
  return Object.fromEntries(FIELDS.map((name) => [name, params.get(name) ?? ""])) as unknown as Filter;
}

export function paramsOf(filter: Filter): URLSearchParams {
  return new URLSearchParams(
    FIELDS.filter((name) => filter[name] !== "").map((name) => [name, filter[name]]),
  );
}

/** What the server is asked for. */
export function queryOf({ actor, action, object }: Filter): {
  actor?: string;
  action?: string;
  object?: string;
} {
  const asked = { actor, action, object };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== ""));
}

/** Whether some of what the server gives is not wanted. */
export function isSifted({ result, from, until }: Filter): boolean {
  return result !== "" || from !== "" || until !== "";
}

export function isWanted({ result, from, until }: Filter, entry: Entry): boolean {
  const at = Date.parse(entry.at);
  return (
    (result === "" || entry.result === result) &&
    (from === "" || at >= Date.parse(from)) &&
    (until === "" || at <= Date.parse(until))
  );
}

/** Whether nothing that is older can be wanted: entries come from the newest on. */
export function isPast({ from }: Filter, oldest: Entry | undefined): boolean {
  return from !== "" && oldest !== undefined && Date.parse(oldest.at) < Date.parse(from);
}
