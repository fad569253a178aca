// The last rotations of something that rotates by itself.
import type { Schemas } from "../../api/client";
import type { Job } from "../../api/live";
import { useAll, usePages } from "../../api/read";
import { exactly } from "../../format/time";
import { Link } from "../../shell/link";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { MoreRows } from "../../table/more-rows";
import { text } from "../../text";
import { Result } from "../../format/result";
import { COLUMNS } from "./columns";

const words = text.jobs.schedule;
const ROTATE = "kms-key.rotate";
const shown = ["title", "state", "actor", "begun", "ended"];

type Entry = Schemas["AuditEntryView"];

const empty = { title: words.noRuns, detail: words.noRunsDetail };

function Jobs({ kmsKey }: { kmsKey: string }) {
  const all = useAll("/api/v1/jobs", { query: { kms_key: kmsKey } });
  const list = { ...all, items: all.items.filter(({ kind }) => kind === ROTATE) };
  return (
    <ListTable<Job>
      name="schedule-jobs"
      title={words.runs}
      description={words.runsOfKmsKey}
      headingLevel="h2"
      things={words.runThings}
      list={list}
      columns={COLUMNS.map((column) => ({ ...column, hidden: !shown.includes(column.id) }))}
      idOf={({ id }) => id}
      nameOf={({ title }) => title}
      pageOf={({ id }) => `/jobs/${id}`}
      empty={empty}
    />
  );
}

const ENTRIES: Column<Entry>[] = [
  {
    id: "at",
    header: words.at,
    value: ({ at }) => at,
    cell: ({ at }) => exactly(at),
    kind: "time",
    width: 270,
  },
  {
    id: "version",
    header: words.version,
    value: ({ detail }) => (detail.version === undefined ? undefined : Number(detail.version)),
    kind: "number",
  },
  { id: "by", header: words.by, value: ({ actor }) => actor, width: 220 },
  {
    id: "result",
    header: words.result,
    value: ({ result }) => result,
    cell: ({ result }) => <Result result={result} />,
  },
  {
    id: "job",
    header: words.job,
    value: ({ job }) => job,
    cell: ({ job }) => (job == null ? text.shell.none : <Link to={`/jobs/${job}`}>{job}</Link>),
    width: 320,
  },
];

function Versions({ of }: { of: string }) {
  const list = usePages("/api/v1/audit/entries", { query: { object: of, action: "key.new-version" } });
  return (
    <ListTable<Entry>
      name="schedule-versions"
      title={words.runs}
      description={words.runsOfKey}
      headingLevel="h2"
      things={words.runThings}
      list={list}
      columns={ENTRIES}
      idOf={({ index }) => String(index)}
      nameOf={({ at }) => exactly(at)}
      empty={empty}
      footer={<MoreRows of={list} more={words.older} told={words.loaded} />}
    />
  );
}

export function ScheduleRuns({ kind, id }: { kind: "key" | "kms-key"; id: string }) {
  return kind === "key" ? <Versions of={id} /> : <Jobs kmsKey={id} />;
}
