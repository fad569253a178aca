// Jobs under way, as they go on.
import Box from "@cloudscape-design/components/box";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Job } from "../../api/live";
import { JobState } from "../../format/status";
import { Link } from "../../shell/link";
import { text } from "../../text";
import { percentOf } from "../../operation/job-share";
import { address } from "./figures";
import { useJobsUnderWay } from "./lists";
import { Part } from "./part";

const words = text.dashboard.jobs;
const SHOWN = 5;

function OneJob({ job }: { job: Job }) {
  return (
    <div>
      <Link to={`/jobs/${job.id}`}>{job.title}</Link>
      <ProgressBar
        value={percentOf(job)}
        ariaLabel={text.jobs.progressOf(job.title)}
        additionalInfo={text.jobs.of(job.progress.done, job.progress.total)}
      />
      <JobState state={job.state} />
    </div>
  );
}

export function JobsPart() {
  const jobs = useJobsUnderWay();
  const more = jobs.items.length - SHOWN;
  return (
    <Part
      title={words.title}
      of={jobs}
      footer={
        more > 0 ? (
          <Link to={address("/jobs", ["under_way", "yes"])}>{words.more(more)}</Link>
        ) : (
          <Link to="/jobs">{words.all}</Link>
        )
      }
    >
      <SpaceBetween size="m">
        {jobs.items.length === 0 && <Box color="text-body-secondary">{words.none}</Box>}
        {jobs.items.slice(0, SHOWN).map((job) => (
          <OneJob key={job.id} job={job} />
        ))}
      </SpaceBetween>
    </Part>
  );
}
