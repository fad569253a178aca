// How much of a job is done, small.
import ProgressBar from "@cloudscape-design/components/progress-bar";

import { hasEnded, type Job } from "../api/live";
import { text } from "../text";

const words = text.jobs;

/** What has come to an end, in percent. */
export function percentOf({ progress: { done, stuck, cancelled, total } }: Job): number {
  return total === 0 ? 0 : Math.floor((100 * (done + stuck + cancelled)) / total);
}

/** A bar while it is under way, then numbers alone. */
export function Share({ job }: { job: Job }) {
  const { done, total } = job.progress;
  if (hasEnded(job)) return words.of(done, total);
  return (
    <ProgressBar
      value={percentOf(job)}
      ariaLabel={words.progressOf(job.title)}
      additionalInfo={words.of(done, total)}
    />
  );
}
