// What lists of jobs show.
import type { Job } from "../../api/live";
import { JobState } from "../../format/status";
import { atMinute } from "../../format/time";
import type { Column } from "../../table/columns";
import { text } from "../../text";
import { Share } from "./share";
import { isUnderWay } from "./under-way";

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
  {
    id: "begun",
    header: words.begun,
    value: (job) => job.created_at,
    cell: (job) => atMinute(job.created_at),
    kind: "time",
  },
  {
    id: "ended",
    header: words.ended,
    value: (job) => job.finished_at,
    cell: (job) => atMinute(job.finished_at) || text.shell.none,
    kind: "time",
  },
  { id: "under_way", header: words.underWay, value: isUnderWay, hidden: true },
  { id: "priority", header: words.priority, value: (job) => job.priority, hidden: true },
  { id: "id", header: words.id, value: (job) => job.id, hidden: true },
];
