// What was done with a KMS key: its jobs, and what the audit log says about it.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";

import type { Schemas } from "../../../api/client";
import type { Job } from "../../../api/live";
import { useAll, usePages } from "../../../api/read";
import { JobState } from "../../../format/status";
import { exactly } from "../../../format/time";
import { Link } from "../../../shell/link";
import type { Column } from "../../../table/columns";
import { ListTable } from "../../../table/list-table";
import { timeColumn } from "../../../table/time-column";
import { MoreRows } from "../../../table/more-rows";
import { text } from "../../../text";
import type { Tab } from "./kms-key";

const words = text.kmsKey.activity;
type Entry = Schemas["AuditEntryView"];

const JOB_COLUMNS: Column<Job>[] = [
  { id: "job", header: words.what, value: (job) => job.title, width: 320 },
  {
    id: "state",
    header: words.state,
    value: (job) => text.states.job[job.state],
    cell: (job) => <JobState state={job.state} />,
  },
  { id: "actor", header: words.actor, value: (job) => job.actor },
  timeColumn("begun", words.begun, (job) => job.created_at, { width: 180 }),
  timeColumn("ended", words.ended, (job) => job.finished_at, { empty: text.shell.none }),
];

function detailOf({ detail }: Entry): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ");
}

const ENTRY_COLUMNS: Column<Entry>[] = [
  {
    id: "at",
    header: words.at,
    value: (entry) => entry.at,
    cell: (entry) => exactly(entry.at),
    kind: "time",
    width: 270,
  },
  { id: "action", header: words.action, value: (entry) => entry.action, width: 200 },
  { id: "result", header: words.result, value: (entry) => entry.result, width: 110 },
  { id: "who", header: words.actor, value: (entry) => entry.actor },
  { id: "aws", header: words.aws, value: (entry) => entry.aws_operation, width: 190 },
  { id: "detail", header: words.detail, value: detailOf, width: 300, unfiltered: true },
  {
    id: "of_job",
    header: words.job,
    value: (entry) => entry.job,
    cell: ({ job }) => (job == null ? text.shell.none : <Link to={`/jobs/${job}`}>{job}</Link>),
    hidden: true,
  },
  { id: "aws_request", header: words.awsRequest, value: (entry) => entry.aws_request_id, hidden: true },
  { id: "index", header: words.index, value: (entry) => entry.index, kind: "number", hidden: true },
];

function Jobs({ kmsKey }: Tab) {
  const list = useAll("/api/v1/jobs", { query: { kms_key: kmsKey.id } });
  return (
    <ListTable<Job>
      name="kms-key-jobs"
      title={words.jobs}
      description={words.jobsDetail}
      headingLevel="h2"
      things={words.jobThings}
      list={list}
      columns={JOB_COLUMNS}
      idOf={(job) => job.id}
      nameOf={(job) => job.title}
      pageOf={(job) => `/jobs/${job.id}`}
      empty={{ title: words.jobsNone, detail: words.jobsNoneDetail }}
    />
  );
}

function Entries({ kmsKey }: Tab) {
  const list = usePages("/api/v1/audit/entries", { query: { object: kmsKey.id } });
  const navigate = useNavigate();
  return (
    <ListTable<Entry>
      name="kms-key-audit"
      title={words.audit}
      description={words.auditDetail}
      headingLevel="h2"
      things={words.auditThings}
      list={list}
      columns={ENTRY_COLUMNS}
      idOf={(entry) => String(entry.index)}
      nameOf={(entry) => `${entry.action} ${entry.index}`}
      empty={{ title: words.auditNone, detail: words.auditNoneDetail }}
      actions={() => (
        <Button onClick={() => void navigate(`/audit?object=${kmsKey.id}`)}>{words.inLog}</Button>
      )}
      footer={<MoreRows of={list} more={words.older} told={words.loaded} />}
    />
  );
}

export function ActivityTab({ kmsKey }: Tab) {
  return (
    <SpaceBetween size="l">
      <Jobs kmsKey={kmsKey} />
      <Entries kmsKey={kmsKey} />
    </SpaceBetween>
  );
}
