// What happens to jobs, as it happens: the server's events go into what was read, and lists are read anew when a job ends.
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";

import type { Schemas } from "./client";
import { keyOf } from "./read";

export type Job = Schemas["JobView"];

const ENDED = new Set<Job["state"]>(["succeeded", "stuck", "cancelled"]);

export function hasEnded(job: Job): boolean {
  return ENDED.has(job.state);
}

/** What a job that went on may have changed. */
const TOUCHED = [
  "/api/v1/jobs",
  "/api/v1/kms-keys",
  "/api/v1/keys",
  "/api/v1/alerts",
  "/api/v1/connections",
  "/api/v1/keystores",
  "/api/v1/found-keys",
];

/** Has everything read anew whose route begins so, once somebody looks at it. */
export function forget(queries: QueryClient, routes: readonly string[]): void {
  void queries.invalidateQueries({
    predicate: ({ queryKey: [route] }) =>
      typeof route === "string" && routes.some((one) => route.startsWith(one)),
  });
}

function take(queries: QueryClient, job: Job): void {
  const key = keyOf("/api/v1/jobs/{job}", { path: { job: job.id } });
  const known = queries.getQueryData<Job>(key);
  if (known === undefined || known.revision <= job.revision) {
    queries.setQueryData<Job>(key, { ...job, targets: known?.targets ?? job.targets ?? [] });
  }
  if (hasEnded(job)) forget(queries, TOUCHED);
  else forget(queries, ["/api/v1/jobs"]);
}

const Live = createContext(false);

/** Whether events arrive: without them, what is under way has to be asked for. */
export function useLive(): boolean {
  return useContext(Live);
}

export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [connected, setConnected] = useState(false);
  useEffect(() => {
    const source = new EventSource("/api/v1/events");
    source.addEventListener("open", () => setConnected(true));
    source.addEventListener("error", () => setConnected(false));
    source.addEventListener("job", (event: MessageEvent<string>) =>
      take(queries, JSON.parse(event.data) as Job),
    );
    return () => source.close();
  }, [queries]);
  const value = useMemo(() => connected, [connected]);
  return <Live.Provider value={value}>{children}</Live.Provider>;
}
