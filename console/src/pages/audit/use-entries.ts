// Entries from the newest on: as many as are wanted, however many have to be looked through for them.
import { useInfiniteQuery, type QueryKey } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import type { Refused, Schemas } from "../../api/client";
import { read } from "../../api/read";
import type { Entry } from "../../audit/shown";
import { isPast, isSifted, isWanted, queryOf, type Filter } from "./filter";

const ROWS = 100;
const LOOKED_THROUGH_AT_ONCE = 1000;

type Page = Schemas["AuditPage"];

export interface Entries {
  /** Those that are wanted, newest first. */
  found: Entry[];
  /** How many were looked through for them. */
  looked: number;
  oldest: Entry | undefined;
  isPending: boolean;
  isLooking: boolean;
  hasMore: boolean;
  error: Refused | null;
  more: () => void;
  stop: () => void;
  refetch: () => void;
}

export function useEntries(filter: Filter): Entries {
  const sifted = isSifted(filter);
  const asked = JSON.stringify(filter);
  const [goal, setGoal] = useState({ asked, rows: ROWS });
  const rows = goal.asked === asked ? goal.rows : ROWS;
  const query = queryOf(filter);
  const reading = useInfiniteQuery<Page, Refused, { pages: Page[] }, QueryKey, string | null>({
    // Many pages may have been looked through: they are not asked for again because of what goes on meanwhile.
    queryKey: ["entries of the log", { query }, sifted],
    initialPageParam: null,
    queryFn: ({ pageParam, signal }) => {
      const limit = sifted && pageParam !== null ? LOOKED_THROUGH_AT_ONCE : ROWS;
      const cursor = pageParam === null ? {} : { cursor: pageParam };
      return read("/api/v1/audit/entries", { query: { ...query, limit, ...cursor } }, signal);
    },
    getNextPageParam: (page) => page.next ?? null,
    // Pages that were looked through are not asked for again by themselves.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    gcTime: 0,
  });
  const { data, hasNextPage, isFetching, isError, fetchNextPage, refetch } = reading;
  const all = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const found = useMemo(() => {
    const wanted = JSON.parse(asked) as Filter;
    return all.filter((entry) => isWanted(wanted, entry));
  }, [all, asked]);
  const oldest = all.at(-1);
  const hasMore = hasNextPage && !isPast(filter, oldest);
  const isShort = found.length < rows;
  useEffect(() => {
    if (data !== undefined && hasMore && isShort && !isFetching && !isError) void fetchNextPage();
  }, [data, hasMore, isShort, isFetching, isError, fetchNextPage]);
  return {
    found,
    looked: all.length,
    oldest,
    isPending: reading.isPending,
    isLooking: data !== undefined && hasMore && isShort && !isError,
    hasMore,
    error: reading.error,
    more: () => setGoal({ asked, rows: found.length + ROWS }),
    stop: () => setGoal({ asked, rows: found.length }),
    refetch: () => void refetch(),
  };
}
