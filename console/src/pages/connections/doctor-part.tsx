// The doctor: everything on the way into an account, looked at one after the other.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { change, send } from "../../api/change";
import { asProblem, type Schemas } from "../../api/client";
import { forget } from "../../api/live";
import { exactly } from "../../format/time";
import { ProblemAlert } from "../../notices/problem-alert";
import { FormDialog } from "../../operation/form-dialog";
import { useDialog } from "../../shell/use-dialog";
import { text } from "../../text";
import type { Connection } from "./settings";

const words = text.connections.doctor;
type Report = Schemas["DoctorReportView"];

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

function Found({ report }: { report: Report }) {
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

const TOUCHES = ["/api/v1/connections", "/api/v1/kms-keys", "/api/v1/keystores"];

function examined({ id }: Connection, body: Schemas["DoctorRequest"]) {
  return change("post", "/api/v1/connections/{connection}/doctor", { path: { connection: id }, body });
}

/** Unlike the rest this makes KMS keys, which cost money. */
function ThrowAway({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const [first = ""] = connection.regions;
  return (
    <FormDialog
      title={words.sandboxTitle(connection.name)}
      untried
      fields={{
        region: {
          kind: "choice",
          label: words.region,
          initial: first,
          choices: connection.regions.map((value) => ({ value })),
        },
      }}
      operation={({ region }) => ({
        title: words.sandboxTitle(connection.name),
        name: connection.name,
        untried: true,
        change: examined(connection, { sandbox: true, region }),
      })}
      intro={words.sandboxHelp}
      // It changes AWS, which is said above: nothing else is there to be shown.
      render={() => null}
      result={(answer) => <Found report={answer as Report} />}
      onClose={onClose}
    />
  );
}

export function DoctorPart({ connection }: { connection: Connection }) {
  const queries = useQueryClient();
  const [dialog, open] = useDialog();
  const examination = useMutation({
    mutationFn: async () => (await send(examined(connection, {}))).data as Report,
    onSettled: () => forget(queries, TOUCHES),
  });
  return (
    <SpaceBetween size="l">
      <Box>{words.detail}</Box>
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="primary" loading={examination.isPending} onClick={() => examination.mutate()}>
          {words.run}
        </Button>
        <Button onClick={() => open((close) => <ThrowAway connection={connection} onClose={close} />)}>
          {words.sandbox}
        </Button>
      </SpaceBetween>
      {examination.error !== null && <ProblemAlert problem={asProblem(examination.error)} />}
      {examination.data !== undefined && <Found report={examination.data} />}
      {dialog}
    </SpaceBetween>
  );
}
