// What happens to jobs, as it happens: the server's events go into what was read, and lists are read anew when a job ends.
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";

import { doubt, type Schemas } from "./client";
import { keyOf } from "./read";

export type Job = Schemas["JobView"];

const ENDED = new Set<Job["state"]>(["succeeded", "stuck", "cancelled"]);

export function hasEnded(job: Job): boolean {
  return ENDED.has(job.state);
}

/** What operations and their jobs may have changed. */
export const TOUCHED = [
  "/api/v1/jobs",
  "/api/v1/kms-keys",
  "/api/v1/keys",
  "/api/v1/all-keys",
  "/api/v1/alerts",
  "/api/v1/approvals",
  "/api/v1/connections",
  "/api/v1/keystores",
  "/api/v1/found-keys",
  "/api/v1/schedules",
  "/api/v1/audit/entries",
];

/** What a job that waits may have changed so far, be it the watch that found something: little is read anew. */
const TOUCHED_SO_FAR: readonly unknown[] = [
  "/api/v1/alerts",
  "/api/v1/alerts/{alert}",
  "/api/v1/kms-keys/{kms_key}",
  "/api/v1/connections",
  "/api/v1/connections/{connection}",
] satisfies Parameters<typeof keyOf>[0][];

/** The server asks AWS for them, and no job changes them. */
const UNTOUCHED: readonly unknown[] = [
  "/api/v1/connections/{connection}/principals",
  "/api/v1/connections/{connection}/regions",
] satisfies Parameters<typeof keyOf>[0][];

/** Events come in bursts: lists are read anew at most so often, in milliseconds. */
const GATHERED_FOR = 1000;
/** A browser gives up where the server answers with an error, as while it restarts. */
const TRIED_AGAIN_AFTER = 5000;

type IsTouched = (route: string) => boolean;

function begins(...routes: readonly string[]): IsTouched {
  return (route) => routes.some((one) => route.startsWith(one));
}

function readAnew(queries: QueryClient, isTouched: IsTouched): void {
  void queries.invalidateQueries({
    predicate: ({ queryKey: [route] }) => typeof route === "string" && isTouched(route),
  });
}

/** Has everything read anew whose route begins so, once somebody looks at it. */
export function forget(queries: QueryClient, routes: readonly string[]): void {
  readAnew(queries, begins(...routes));
}

/** Gathers what is to be read anew, so that a burst of events asks once. */
class Gathering {
  readonly #queries: QueryClient;
  readonly #gathered = new Set<IsTouched>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  add(isTouched: IsTouched): void {
    this.#gathered.add(isTouched);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const all = [...this.#gathered];
      this.#gathered.clear();
      readAnew(this.#queries, (route) => all.some((one) => one(route)));
    }, GATHERED_FOR);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

const byGoingOn = begins("/api/v1/jobs");
const byWaiting: IsTouched = (route) => byGoingOn(route) || TOUCHED_SO_FAR.includes(route);
const isAny = begins(...TOUCHED);
const byEnding: IsTouched = (route) => isAny(route) && !UNTOUCHED.includes(route);

/** What goes on soon has changed soon; what waits may do so for days. */
function touchedBy(job: Job): IsTouched {
  if (hasEnded(job)) return byEnding;
  return job.state === "waiting" ? byWaiting : byGoingOn;
}

function take(queries: QueryClient, gathering: Gathering, job: Job): void {
  const key = keyOf("/api/v1/jobs/{job}", { path: { job: job.id } });
  const known = queries.getQueryData<Job>(key);
  if (known === undefined || known.revision <= job.revision) {
    queries.setQueryData<Job>(key, { ...job, targets: known?.targets ?? job.targets ?? [] });
  }
  gathering.add(touchedBy(job));
}

/** Listens until it is told to end. What happened while nothing was heard is read anew. */
function listen(queries: QueryClient, tell: (connected: boolean) => void): () => void {
  const gathering = new Gathering(queries);
  let source: EventSource;
  let again: ReturnType<typeof setTimeout> | undefined;
  let missed = false;
  const begin = () => {
    source = new EventSource("/api/v1/events");
    source.addEventListener("open", () => {
      tell(true);
      if (missed) gathering.add(byEnding);
      if (missed) void queries.invalidateQueries({ predicate: ({ state }) => state.status === "error" });
      missed = false;
    });
    source.addEventListener("error", () => {
      tell(false);
      missed = true;
      if (source.readyState !== EventSource.CLOSED) return;
      // The server refused, and does not say why: the session may have ended.
      doubt();
      again = setTimeout(begin, TRIED_AGAIN_AFTER);
    });
    source.addEventListener("job", (event: MessageEvent<string>) =>
      take(queries, gathering, JSON.parse(event.data) as Job),
    );
  };
  begin();
  return () => {
    clearTimeout(again);
    gathering.end();
    source.close();
  };
}

const Live = createContext(false);

/** Whether events arrive: without them, what is under way has to be asked for. */
export function useLive(): boolean {
  return useContext(Live);
}

export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [connected, setConnected] = useState(false);
  useEffect(() => listen(queries, setConnected), [queries]);
  return <Live.Provider value={connected}>{children}</Live.Provider>;
}
