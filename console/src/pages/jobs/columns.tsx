// What lists of jobs show.
import type { Job } from "../../api/live";
import { JobState } from "../../format/status";
import type { Column } from "../../table/columns";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import { Share } from "../../operation/job-share";
import { isUnderWay } from "../../operation/under-way";

const words = text.jobs.columns;

export const COLUMNS: Column<Job>[] = [
  { id: "title", header: words.title, value: (job) => job.title, width: 300 },
  {
    id: "state",
    header: words.state,
    value: (job) => text.states.job[job.state],
    cell: (job) => <JobState state={job.state} />,
    width: 170,
  },
  {
    id: "progress",
    header: words.progress,
    value: (job) => `${job.progress.done}/${job.progress.total}`,
    cell: (job) => <Share job={job} />,
    unfiltered: true,
    width: 200,
  },
  { id: "kind", header: words.kind, value: (job) => job.kind, width: 190 },
  { id: "actor", header: words.actor, value: (job) => job.actor },
  timeColumn("begun", words.begun, (job) => job.created_at),
  timeColumn("ended", words.ended, (job) => job.finished_at, { empty: text.shell.none }),
  { id: "under_way", header: words.underWay, value: isUnderWay, hidden: true },
  { id: "priority", header: words.priority, value: (job) => job.priority, hidden: true },
  { id: "id", header: words.id, value: (job) => job.id, hidden: true },
];
