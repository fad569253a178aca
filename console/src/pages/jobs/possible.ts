// What can be done with a job in which state.
import { hasEnded, type Job } from "../../api/live";

export const VERBS = ["pause", "resume", "retry", "cancel"] as const;
export type JobVerb = (typeof VERBS)[number];

/** What makes sense now. Whether it is allowed, the server says. */
export function possible(job: Pick<Job, "state" | "priority" | "progress">): JobVerb[] {
  const isOver = hasEnded(job as Job);
  const can: Record<JobVerb, boolean> = {
    // What protects cannot be held back.
    pause: !isOver && job.state !== "paused" && job.priority !== "protect",
    resume: job.state === "paused",
    retry: job.progress.stuck > 0,
    cancel: !isOver || job.progress.stuck > 0,
  };
  return VERBS.filter((verb) => can[verb]);
}
