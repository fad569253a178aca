// Lists that come whole: their routes know no pages.
import type { Refused } from "./client";
import type { All } from "./read";

interface Answered<Row> {
  data: { items: Row[] } | undefined;
  isPending: boolean;
  fetchStatus: string;
  error: Refused | null;
  refetch: () => Promise<unknown>;
}

const NOTHING: never[] = [];

/** What `useRead` gives of such a route, in the form of a list. */
export function whole<Row>(query: Answered<Row>): All<Row> {
  return {
    items: query.data?.items ?? NOTHING,
    isPending: query.isPending && query.fetchStatus !== "idle",
    isPartial: false,
    error: query.error,
    refetch: () => void query.refetch(),
  };
}
