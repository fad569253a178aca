// Which jobs somebody waits for.
import { hasEnded, type Job } from "../api/live";

/** Goes on for as long as the server runs: nobody waits for its end. */
const WATCH = "connection.watch";

export function isUnderWay(job: Pick<Job, "kind" | "state">): boolean {
  return job.kind !== WATCH && !hasEnded(job as Job);
}
