// What the doctor found.
import Alert from "@cloudscape-design/components/alert";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";

import { change, type Change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { exactly } from "../../format/time";
import { text } from "../../text";
import type { Connection } from "./settings";

const words = text.connections.doctor;

export type Report = Schemas["DoctorReportView"];

/** A look at all that is on the way into the account. */
export function examined({ id }: Connection, body: Schemas["DoctorRequest"]): Change {
  return change("post", "/api/v1/connections/{connection}/doctor", { path: { connection: id }, body });
}

function Checks({ report }: { report: Report }) {
  return (
    <Table
      variant="embedded"
      wrapLines
      items={report.checks}
      ariaLabels={{ tableLabel: words.title }}
      columnDefinitions={[
        {
          id: "check",
          header: words.check,
          minWidth: 190,
          cell: ({ name, ok }) => <StatusIndicator type={ok ? "success" : "error"}>{name}</StatusIndicator>,
          isRowHeader: true,
        },
        { id: "found", header: words.found, cell: ({ detail }) => detail },
        { id: "hint", header: words.hint, cell: ({ hint }) => hint ?? text.shell.none },
      ]}
    />
  );
}

function ThrowAwayKeys({ keys }: { keys: Report["throw_away_keys"] }) {
  if (keys.length === 0) return null;
  return (
    <Table
      variant="embedded"
      items={keys}
      header={<Header variant="h3">{words.keys}</Header>}
      ariaLabels={{ tableLabel: words.keys }}
      columnDefinitions={[
        { id: "key", header: words.key, cell: ({ name }) => name, isRowHeader: true },
        {
          id: "deleted",
          header: words.deleted,
          cell: ({ deletion_date, problem }) =>
            problem ?? (deletion_date == null ? text.shell.none : exactly(deletion_date)),
        },
      ]}
    />
  );
}

export function Found({ report }: { report: Report }) {
  return (
    <SpaceBetween size="m">
      <Alert type={report.ok ? "success" : "error"} header={report.ok ? words.well : words.ill}>
        {words.took(exactly(report.finished_at))}
      </Alert>
      <Checks report={report} />
      <ThrowAwayKeys keys={report.throw_away_keys} />
    </SpaceBetween>
  );
}
