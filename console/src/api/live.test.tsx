import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { onDoubt } from "./client";
import { LiveProvider, useLive, type Job } from "./live";
import { keyOf } from "./read";

/** A browser's stream of events, without a server. */
class Stream extends EventTarget {
  static readonly CLOSED = 2;
  static all: Stream[] = [];
  readyState = 0;

  constructor(readonly url: string) {
    super();
    Stream.all.push(this);
  }
  static get last(): Stream {
    const last = Stream.all.at(-1);
    if (last === undefined) throw new Error("nobody listens");
    return last;
  }
  open(): void {
    this.readyState = 1;
    act(() => void this.dispatchEvent(new Event("open")));
  }
  /** The connection broke; the browser itself tries again, unless it has given up. */
  fail(hasGivenUp: boolean): void {
    this.readyState = hasGivenUp ? Stream.CLOSED : 0;
    act(() => void this.dispatchEvent(new Event("error")));
  }
  job(job: Partial<Job>): void {
    act(() => void this.dispatchEvent(new MessageEvent("job", { data: JSON.stringify(job) })));
  }
  close(): void {
    this.readyState = Stream.CLOSED;
  }
}

const JOBS = keyOf("/api/v1/jobs");
const KMS_KEYS = keyOf("/api/v1/kms-keys");
const ALERTS = keyOf("/api/v1/alerts");
const KMS_KEY = keyOf("/api/v1/kms-keys/{kms_key}", { path: { kms_key: "k1" } });
const GRANTS = keyOf("/api/v1/kms-keys/{kms_key}/grants", { path: { kms_key: "k1" } });
const PRINCIPALS = keyOf("/api/v1/connections/{connection}/principals", { path: { connection: "c1" } });
const of = (id: string) => keyOf("/api/v1/jobs/{job}", { path: { job: id } });
let queries: QueryClient;

function Connected() {
  return useLive() ? "live" : "asking";
}
function isOld(key: readonly unknown[]): boolean | undefined {
  return queries.getQueryState(key)?.isInvalidated;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Stream);
  Stream.all = [];
  queries = new QueryClient();
  for (const key of [JOBS, KMS_KEYS, ALERTS, KMS_KEY, GRANTS, PRINCIPALS])
    queries.setQueryData(key, { items: [] });
  render(
    <QueryClientProvider client={queries}>
      <LiveProvider>
        <Connected />
      </LiveProvider>
    </QueryClientProvider>,
  );
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the stream of events", () => {
  it("is what pages rely on only while it is connected", () => {
    expect(screen.getByText("asking")).toBeDefined();
    Stream.last.open();
    expect(screen.getByText("live")).toBeDefined();
    Stream.last.fail(false);
    expect(screen.getByText("asking")).toBeDefined();
  });

  it("tells of a job that goes on, and has lists of jobs alone read anew, once for a burst", () => {
    const forgotten = vi.spyOn(queries, "invalidateQueries");
    Stream.last.open();
    for (const revision of [1, 2, 3]) Stream.last.job({ id: "j1", state: "running", revision });
    expect(queries.getQueryData(of("j1"))).toMatchObject({ revision: 3, targets: [] });
    vi.advanceTimersByTime(1000);
    expect(forgotten).toHaveBeenCalledTimes(1);
    expect([isOld(JOBS), isOld(KMS_KEYS)]).toEqual([true, false]);
  });

  it("has all that a job may have changed read anew when it ends", () => {
    Stream.last.open();
    Stream.last.job({ id: "j1", state: "succeeded", revision: 4 });
    vi.advanceTimersByTime(1000);
    expect([isOld(JOBS), isOld(KMS_KEYS)]).toEqual([true, true]);
  });

  it("has what the watch may have found read anew, and nothing asked of AWS for it", () => {
    Stream.last.open();
    Stream.last.job({ id: "w1", state: "waiting", revision: 9 });
    vi.advanceTimersByTime(1000);
    expect([ALERTS, KMS_KEY].map(isOld)).toEqual([true, true]);
    expect([KMS_KEYS, GRANTS, PRINCIPALS].map(isOld)).toEqual([false, false, false]);
  });

  it("has what a job may have changed in AWS asked of it, and not what none changes", () => {
    Stream.last.open();
    Stream.last.job({ id: "j1", state: "succeeded", revision: 4 });
    vi.advanceTimersByTime(1000);
    expect([GRANTS, PRINCIPALS].map(isOld)).toEqual([true, false]);
  });

  it("puts nothing older in the place of what is known, and keeps the targets that were read", () => {
    const targets = [{ id: "t1" }];
    queries.setQueryData(of("j1"), { id: "j1", state: "running", revision: 5, targets });
    Stream.last.open();
    Stream.last.job({ id: "j1", state: "queued", revision: 4 });
    expect(queries.getQueryData(of("j1"))).toMatchObject({ state: "running", revision: 5 });
    Stream.last.job({ id: "j1", state: "succeeded", revision: 6 });
    expect(queries.getQueryData(of("j1"))).toMatchObject({ state: "succeeded", targets });
  });

  it("has everything read anew that happened while nothing was heard", () => {
    Stream.last.open();
    vi.advanceTimersByTime(1000);
    expect(isOld(KMS_KEYS)).toBe(false);
    Stream.last.fail(false);
    Stream.last.open();
    vi.advanceTimersByTime(1000);
    expect(isOld(KMS_KEYS)).toBe(true);
  });

  it("that is refused leaves in doubt whether somebody is signed in, and one that broke does not", () => {
    const doubted = vi.fn();
    const end = onDoubt(doubted);
    Stream.last.fail(false);
    expect(doubted).not.toHaveBeenCalled();
    Stream.last.fail(true);
    expect(doubted).toHaveBeenCalledTimes(1);
    end();
  });

  it("is asked for again where the browser has given up, until nobody looks any more", () => {
    Stream.last.fail(true);
    vi.advanceTimersByTime(5000);
    expect(Stream.all).toHaveLength(2);
    Stream.last.open();
    expect(screen.getByText("live")).toBeDefined();
    Stream.last.fail(true);
    cleanup();
    vi.advanceTimersByTime(60_000);
    expect(Stream.all).toHaveLength(2);
  });
});
