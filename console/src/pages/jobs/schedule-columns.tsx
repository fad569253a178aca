// What the list of schedules shows.
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import type { Schemas } from "../../api/client";
import { rotationInWords } from "../../fields/rotation";
import { atMinute, fromNow } from "../../format/time";
import { subjectPage } from "../../format/subject";
import { Link } from "../../shell/link";
import type { Column } from "../../table/columns";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";

export type Schedule = Schemas["ScheduleView"];

const words = text.jobs.schedules;

export function pageOf(schedule: Schedule): string {
  return `/schedules/${encodeURIComponent(schedule.subject)}`;
}

/** Such as `KMS key`. */
export function kindOf({ subject }: Pick<Schedule, "subject">): string {
  const kind = subject.slice(0, subject.indexOf(":"));
  return words.kinds[kind] ?? kind;
}

export const SCHEDULES: Column<Schedule>[] = [
  { id: "name", header: words.columns.name, value: (schedule) => schedule.name, width: 220 },
  {
    id: "kind",
    header: words.columns.kind,
    value: kindOf,
    cell: (schedule) => {
      const page = subjectPage(schedule.subject);
      return page === undefined ? kindOf(schedule) : <Link to={page}>{kindOf(schedule)}</Link>;
    },
  },
  {
    id: "next",
    header: words.columns.next,
    value: (schedule) => schedule.rule.next,
    cell: ({ rule: { next } }) => (next == null ? text.shell.none : `${atMinute(next)} (${fromNow(next)})`),
    kind: "time",
    width: 260,
  },
  { id: "rule", header: words.columns.rule, value: (schedule) => rotationInWords(schedule.rule), width: 220 },
  {
    id: "method",
    header: words.columns.method,
    value: (schedule) => words.methods[schedule.rule.method],
  },
  { id: "keystore", header: words.columns.keystore, value: (schedule) => schedule.keystore },
  timeColumn("last", words.columns.last, (schedule) => schedule.last),
  {
    id: "refused",
    header: words.columns.refused,
    value: (schedule) => schedule.refused_since,
    cell: ({ refused_since: since }) =>
      since == null ? (
        text.shell.none
      ) : (
        <StatusIndicator type="warning">{words.refusedSince(atMinute(since))}</StatusIndicator>
      ),
    kind: "time",
    width: 220,
  },
  {
    id: "old_key",
    header: words.columns.oldKey,
    value: (schedule) => words.oldKey[schedule.rule.old_key],
    hidden: true,
  },
];
