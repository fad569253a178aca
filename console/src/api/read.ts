// Reading: one answer, or all pages of a list, kept until something changes.
import {
  infiniteQueryOptions,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type QueryKey,
} from "@tanstack/react-query";
import type { PathsWithMethod } from "openapi-typescript-helpers";
import { useEffect, useMemo } from "react";

import { answered, client, type Paths, type Refused } from "./client";

type Gettable = PathsWithMethod<Paths, "get"> & keyof Paths;
type Get<P extends Gettable> = Paths[P] extends { get: infer O } ? O : never;
type AnswerOf<O> = O extends { responses: { 200: { content: { "application/json": infer T } } } } ? T : never;
type QueryOf<O> = O extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;
type PathOf<O> = O extends { parameters: { path: infer Q } } ? Q : Record<string, never>;

export interface Where<P extends Gettable> {
  path?: PathOf<Get<P>>;
  query?: Partial<QueryOf<Get<P>>>;
}

async function ask<P extends Gettable>(template: P, where: Where<P>, signal: AbortSignal | undefined) {
  const untyped = client as unknown as {
    GET(template: string, options: object): ReturnType<typeof client.GET>;
  };
  const options = { params: where, ...(signal === undefined ? {} : { signal }) };
  const { data, headers } = await answered(untyped.GET(template, options) as never);
  return { data: data as AnswerOf<Get<P>>, headers };
}

/** Reads once what a route answers. */
export async function read<P extends Gettable>(
  template: P,
  where: Where<P> = {},
  signal?: AbortSignal,
): Promise<AnswerOf<Get<P>>> {
  return (await ask(template, where, signal)).data;
}

/** Names what a route answered in the cache: everything of a route is forgotten by its template. */
export function keyOf<P extends Gettable>(template: P, where: Where<P> = {}): QueryKey {
  return [template, where];
}

export interface Options {
  enabled?: boolean;
  /** Asked again after so many milliseconds. */
  every?: number;
}

/** What a route answers. */
export function useRead<P extends Gettable>(template: P, where: Where<P> = {}, options: Options = {}) {
  return useQuery<AnswerOf<Get<P>>, Refused>({
    queryKey: keyOf(template, where),
    queryFn: ({ signal }) => read(template, where, signal),
    enabled: options.enabled ?? true,
    refetchInterval: options.every ?? false,
  });
}

/** With the revision that its ETag tells, for those that do not tell it themselves. */
export type Revised<T> = T & { revision: number | undefined };

/** What a route answers about one thing that can be changed. */
export function useRevised<P extends Gettable>(template: P, where: Where<P>) {
  return useQuery<Revised<AnswerOf<Get<P>>>, Refused>({
    queryKey: [...keyOf(template, where), "revised"],
    queryFn: async ({ signal }) => {
      const { data, headers } = await ask(template, where, signal);
      const revision = /^"(\d+)"$/.exec(headers.get("etag") ?? "")?.[1];
      const told = { revision: revision === undefined ? undefined : Number(revision) };
      return Object.assign({}, data, told);
    },
  });
}

interface Page<T> {
  items: T[];
  next?: string | null;
}
type ItemOf<A> = A extends { items: (infer T)[] } ? T : never;

/** Lists that come page by page. The others come whole, and take no word about pages. */
const PAGED: readonly string[] = [
  "/api/v1/alerts",
  "/api/v1/all-keys",
  "/api/v1/approvals",
  "/api/v1/audit/entries",
  "/api/v1/found-keys",
  "/api/v1/jobs",
  "/api/v1/jobs/{job}/targets",
  "/api/v1/keys",
  "/api/v1/kms-keys",
  "/api/v1/schedules",
  "/api/v1/use-periods",
] satisfies Gettable[];

/** Rows of the first page: few, so that something is to be seen at once. */
const FIRST = 100;
const FURTHER = 1000;

/** All further pages as one, so that a long list is shown twice and not again with every page. */
async function theRest<T>(ask: (cursor: string) => Promise<Page<T>>, from: string): Promise<Page<T>> {
  const pages: Page<T>[] = [];
  let cursor: string | null = from;
  while (cursor !== null) {
    const page: Page<T> = await ask(cursor);
    pages.push(page);
    cursor = page.next ?? null;
  }
  return { items: pages.flatMap(({ items }) => items) };
}

export interface All<T> {
  items: T[];
  /** Nothing has come yet. */
  isPending: boolean;
  /** There is more, which is under way. */
  isPartial: boolean;
  error: Refused | null;
  refetch: () => void;
}

/** All rows of a list: the first at once, the others as they come. */
export function useAll<P extends Gettable>(
  template: P,
  where: Where<P> = {},
  options: Options = {},
): All<ItemOf<AnswerOf<Get<P>>>> {
  type Row = ItemOf<AnswerOf<Get<P>>>;
  const isEnabled = options.enabled ?? true;
  const queryKey = [template, where, "all"];
  const reading = infiniteQueryOptions<Page<Row>, Refused, { pages: Page<Row>[] }, QueryKey, string | null>({
    queryKey,
    initialPageParam: null,
    queryFn: ({ pageParam, signal }) => {
      const page = async (limit: number, cursor: string | null) => {
        const query = {
          ...where.query,
          ...(PAGED.includes(template) ? { limit } : {}),
          ...(cursor === null ? {} : { cursor }),
        };
        return (await read(template, { ...where, query } as never, signal)) as Page<Row>;
      };
      return pageParam === null ? page(FIRST, null) : theRest((cursor) => page(FURTHER, cursor), pageParam);
    },
    getNextPageParam: (page) => page.next ?? null,
    enabled: isEnabled,
    refetchInterval: options.every ?? false,
  });
  // A list is asked for before its page is drawn, which takes as long as the answer.
  const queries = useQueryClient();
  if (isEnabled && queries.getQueryState(queryKey) === undefined)
    queries.infiniteQuery(reading).catch(() => undefined);
  const query = useInfiniteQuery(reading);
  const { data, hasNextPage, isFetching, isError, fetchNextPage, refetch } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  return {
    items,
    isPending: query.isPending && query.fetchStatus !== "idle",
    isPartial: hasNextPage,
    error: query.error,
    refetch: () => void refetch(),
  };
}

/** Rows of a page that is asked for by a person. */
const AT_ONCE = 100;

/** What there is more of comes when it is asked for. */
export interface Paged<T> extends All<T> {
  isLooking: boolean;
  more: () => void;
}

/** Rows of a list without end: the first page, and a further one whenever it is asked for. */
export function usePages<P extends Gettable>(
  template: P,
  where: Where<P> = {},
): Paged<ItemOf<AnswerOf<Get<P>>>> {
  type Row = ItemOf<AnswerOf<Get<P>>>;
  const reading = useInfiniteQuery<Page<Row>, Refused, { pages: Page<Row>[] }, QueryKey, string | null>({
    queryKey: [template, where, "pages"],
    initialPageParam: null,
    queryFn: async ({ pageParam, signal }) => {
      const cursor = pageParam === null ? {} : { cursor: pageParam };
      const query = { ...where.query, limit: AT_ONCE, ...cursor };
      return (await read(template, { ...where, query } as never, signal)) as Page<Row>;
    },
    getNextPageParam: (page) => page.next ?? null,
    // Whoever comes back begins with the first page again.
    gcTime: 0,
  });
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = reading;
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  return {
    items,
    isPending: reading.isPending,
    isPartial: hasNextPage,
    error: reading.error,
    refetch: () => void refetch(),
    isLooking: isFetchingNextPage,
    more: () => void fetchNextPage(),
  };
}
