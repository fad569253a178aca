// Where alerts are sent.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import type { Schemas } from "../../api/client";
import { useAll } from "../../api/read";
import { OperationDialog } from "../../operation/operation-dialog";
import type { Operation } from "../../operation/operation";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import { AddDestination } from "./add-destination";
import { removalOf, trial } from "./destination";
import { SeverityMark } from "./severity";

type Destination = Schemas["DestinationView"];

const words = text.alerts.destinations;

const COLUMNS: Column<Destination>[] = [
  { id: "name", header: words.columns.name, value: (one) => one.name, width: 200 },
  { id: "kind", header: words.columns.kind, value: (one) => words.kinds[one.kind] ?? one.kind },
  { id: "address", header: words.columns.address, value: (one) => one.address, width: 300 },
  { id: "to", header: words.columns.to, value: (one) => one.to, width: 220 },
  {
    id: "severity",
    header: words.columns.severity,
    value: (one) => text.alerts.severities[one.severity],
    cell: (one) => <SeverityMark severity={one.severity} />,
  },
  timeColumn("created", words.columns.created, (one) => one.created_at),
];

interface Props {
  chosen: Destination | undefined;
  clear: () => void;
}

function Actions({ chosen, clear }: Props) {
  const [operation, setOperation] = useState<Operation>();
  const [adding, setAdding] = useState(false);
  return (
    <>
      <SpaceBetween direction="horizontal" size="xs">
        <Button
          disabled={chosen === undefined}
          onClick={() => chosen !== undefined && setOperation(trial(chosen))}
        >
          {words.test}
        </Button>
        <Button
          disabled={chosen === undefined}
          onClick={() => chosen !== undefined && setOperation(removalOf(chosen))}
        >
          {text.shell.remove}
        </Button>
        <Button variant="primary" onClick={() => setAdding(true)}>
          {words.add}
        </Button>
      </SpaceBetween>
      {operation !== undefined && (
        <OperationDialog
          operation={operation}
          render={() => (operation.untried === true ? words.testDetail : words.removeDetail)}
          result={() =>
            operation.untried === true ? <Alert type="success">{words.tested}</Alert> : undefined
          }
          onDone={operation.loses === true ? clear : undefined}
          onClose={() => setOperation(undefined)}
        />
      )}
      {adding && <AddDestination onClose={() => setAdding(false)} />}
    </>
  );
}

export default function DestinationsPage() {
  usePage(
    words.title,
    [{ text: text.alerts.title, href: "/alerts" }],
    <Help title={words.title} words={["drift"]}>
      {words.help}
    </Help>,
  );
  const list = useAll("/api/v1/alert-destinations");
  return (
    <ListTable<Destination>
      name="alert-destinations"
      title={words.title}
      description={words.description}
      things={words.things}
      list={list}
      columns={COLUMNS}
      idOf={(one) => one.id}
      nameOf={(one) => one.name}
      selection="single"
      empty={{ title: words.empty, detail: words.emptyDetail }}
      actions={([chosen], clear) => <Actions chosen={chosen} clear={clear} />}
    />
  );
}
