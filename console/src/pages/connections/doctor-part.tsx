// The doctor: everything on the way into an account, looked at one after the other.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { change, send } from "../../api/change";
import { asProblem, type Schemas } from "../../api/client";
import { forget } from "../../api/live";
import { exactly } from "../../format/time";
import { ProblemAlert } from "../../notices/problem-alert";
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

export function DoctorPart({ connection }: { connection: Connection }) {
  const [isSandbox, setSandbox] = useState(false);
  const [region, setRegion] = useState(connection.regions[0] ?? "");
  const queries = useQueryClient();
  const examination = useMutation({
    mutationFn: async () => {
      const path = { connection: connection.id };
      const body = isSandbox ? { sandbox: true, region } : {};
      const asked = change("post", "/api/v1/connections/{connection}/doctor", { path, body });
      return (await send(asked)).data as Report;
    },
    onSettled: () => forget(queries, ["/api/v1/connections", "/api/v1/kms-keys", "/api/v1/keystores"]),
  });
  return (
    <SpaceBetween size="l">
      <Box>{words.detail}</Box>
      <Checkbox
        checked={isSandbox}
        description={words.sandboxHelp}
        onChange={({ detail }) => setSandbox(detail.checked)}
      >
        {words.sandbox}
      </Checkbox>
      {isSandbox && (
        <FormField label={words.region}>
          <Select
            selectedOption={{ value: region, label: region }}
            options={connection.regions.map((value) => ({ value, label: value }))}
            onChange={({ detail }) => setRegion(detail.selectedOption.value ?? "")}
          />
        </FormField>
      )}
      <Button variant="primary" loading={examination.isPending} onClick={() => examination.mutate()}>
        {words.run}
      </Button>
      {examination.error !== null && <ProblemAlert problem={asProblem(examination.error)} />}
      {examination.data !== undefined && <Found report={examination.data} />}
    </SpaceBetween>
  );
}
