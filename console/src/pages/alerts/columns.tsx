// What lists of alerts show.
import { atMinute, fromNow } from "../../format/time";
import type { Column } from "../../table/columns";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import { findingsOf, namedBy } from "./findings";
import { SeverityMark, StandingMark, standingOf, type Alert } from "./severity";

const words = text.alerts.columns;

export const COLUMNS: Column<Alert>[] = [
  {
    id: "message",
    header: words.message,
    value: (alert) => alert.message,
    width: 320,
  },
  {
    id: "severity",
    header: words.severity,
    value: (alert) => text.alerts.severities[alert.severity],
    cell: (alert) => <SeverityMark severity={alert.severity} />,
    width: 120,
  },
  { id: "name", header: words.name, value: (alert) => alert.name },
  { id: "code", header: words.code, value: (alert) => alert.code, width: 200 },
  {
    id: "standing",
    header: words.standing,
    value: (alert) => text.alerts.standings[standingOf(alert)],
    cell: (alert) => <StandingMark alert={alert} />,
  },
  {
    id: "since",
    header: words.since,
    value: (alert) => alert.opened_at,
    cell: (alert) => `${atMinute(alert.opened_at)} (${fromNow(alert.opened_at)})`,
    kind: "time",
    width: 260,
  },
  { id: "by", header: words.by, value: (alert) => namedBy(findingsOf(alert.details)) },
  {
    id: "acknowledged",
    header: words.acknowledged,
    value: (alert) => alert.acknowledged_by,
  },
  timeColumn("over", words.over, (alert) => alert.resolved_at, { empty: text.shell.none, hidden: true }),
  { id: "subject", header: words.subject, value: (alert) => alert.subject, hidden: true },
];
