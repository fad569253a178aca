// A job as it goes on.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { hasEnded, useLive, type Job } from "../api/live";
import { useRead } from "../api/read";
import { Link } from "../shell/link";
import { text } from "../text";

const words = text.operation;
const ASK_EVERY = 3_000;
/** An event may be lost: with events, too, a job is looked at now and then. */
const LOOK_EVERY = 15_000;

/** How often what a job shows is asked for, in milliseconds. */
export function useJobEvery(): number {
  return useLive() ? LOOK_EVERY : ASK_EVERY;
}

/** A job as it stands: told by events, else asked for. */
export function useJob(id: string | undefined): Job | undefined {
  const every = useJobEvery();
  const { data } = useRead(
    "/api/v1/jobs/{job}",
    { path: { job: id ?? "" } },
    { enabled: id !== undefined, every },
  );
  return data;
}

function statusOf(job: Job): "in-progress" | "success" | "error" {
  if (job.state === "succeeded") return "success";
  return job.state === "stuck" || job.state === "cancelled" ? "error" : "in-progress";
}

function Notes({ job }: { job: Job }) {
  const noted = (job.targets ?? []).filter(({ note }) => note != null);
  if (noted.length === 0) return null;
  return (
    <Alert
      type={job.state === "stuck" ? "error" : "info"}
      header={job.state === "stuck" ? words.stuck : undefined}
    >
      {noted.map((target) => (
        <div key={target.id}>
          {target.kms_key_name ?? target.region}: {target.note?.message} [{target.note?.code}]
        </div>
      ))}
    </Alert>
  );
}

/** How far a job is, and what it says about its targets. */
export function JobBar({ job }: { job: Job }) {
  const { done, total, stuck, cancelled } = job.progress;
  const ended = done + stuck + cancelled;
  return (
    <SpaceBetween size="s">
      <ProgressBar
        label={job.title}
        value={hasEnded(job) || total === 0 ? 100 : (100 * ended) / total}
        status={statusOf(job)}
        resultText={text.states.job[job.state]}
        additionalInfo={words.progress(done, total)}
        description={hasEnded(job) ? null : text.states.job[job.state]}
      />
      <Notes job={job} />
    </SpaceBetween>
  );
}

export function JobProgress({ job: begun }: { job: Job }) {
  const job = useJob(begun.id) ?? begun;
  return (
    <SpaceBetween size="s">
      <JobBar job={job} />
      <Link to={`/jobs/${job.id}`}>{words.openJob}</Link>
      {!hasEnded(job) && <Box color="text-body-secondary">{words.closeMeanwhile}</Box>}
    </SpaceBetween>
  );
}
