// The lists that the dashboard is reckoned from. Each is read once, whoever uses it.
import { useMemo } from "react";

import type { Schemas } from "../../api/client";
import { useLive, type Job } from "../../api/live";
import { useAll, type All } from "../../api/read";
import type { Approval } from "../../operation/operation";
import { isUnderWay } from "../../operation/under-way";

const SECOND = 1000;
/** What no event tells of is asked for again. */
const EVERY = { every: 60 * SECOND };
const WITHOUT_EVENTS = { every: 5 * SECOND };

export function useKmsKeys(): All<Schemas["KmsKeyView"]> {
  return useAll("/api/v1/kms-keys", {}, EVERY);
}

export function useSchedules(): All<Schemas["ScheduleView"]> {
  return useAll("/api/v1/schedules", {}, EVERY);
}

export function useAlerts(): All<Schemas["AlertView"]> {
  return useAll("/api/v1/alerts", { query: { open: true } }, EVERY);
}

export function useWaiting(): All<Approval> {
  return useAll("/api/v1/approvals", { query: { state: "open" } }, EVERY);
}

export function useConnections(): All<Schemas["ConnectionView"]> {
  return useAll("/api/v1/connections", {}, EVERY);
}

export function useJobs(state: Job["state"]): All<Job> {
  const live = useLive();
  return useAll("/api/v1/jobs", { query: { state } }, live ? {} : WITHOUT_EVENTS);
}

/** Jobs that go on or will, the newest first. */
export function useJobsUnderWay(): All<Job> {
  const [queued, running, waiting, paused] = [
    useJobs("queued"),
    useJobs("running"),
    useJobs("waiting"),
    useJobs("paused"),
  ];
  return useMemo(() => {
    const all = [queued, running, waiting, paused];
    // A job that goes on from one state to the next may be in both lists for a moment.
    const jobs = new Map(
      all
        .flatMap(({ items }) => items)
        .filter(isUnderWay)
        .map((job) => [job.id, job]),
    );
    return {
      items: [...jobs.values()].toSorted((one, other) => other.created_at.localeCompare(one.created_at)),
      isPending: all.some(({ isPending }) => isPending),
      isPartial: all.some(({ isPartial }) => isPartial),
      error: all.find(({ error }) => error !== null)?.error ?? null,
      refetch: () => all.forEach(({ refetch }) => refetch()),
    };
  }, [queued, running, waiting, paused]);
}
