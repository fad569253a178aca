// Where audit entries are sent to, and how far each destination is.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { change } from "../../../api/change";
import type { Schemas } from "../../../api/client";
import { useAll } from "../../../api/read";
import type { Operation } from "../../../operation/operation";
import { OperationDialog } from "../../../operation/operation-dialog";
import { removal } from "../../../operation/removal";
import { useDialog } from "../../../shell/use-dialog";
import { Help } from "../../../shell/help";
import type { Column } from "../../../table/columns";
import { ListTable } from "../../../table/list-table";
import { timeColumn } from "../../../table/time-column";
import { text } from "../../../text";
import { useSettingsPage } from "../settings-page";
import { AddDestination, TOUCHES } from "./add-destination";

const words = text.settings.auditDestinations;
const { columns } = words;
const EVERY = 15_000;

type Destination = Schemas["AuditDestinationView"];

function stateOf({ tries, behind }: Destination): "failing" | "sending" | "upToDate" {
  if (tries > 0) return "failing";
  return behind > 0 ? "sending" : "upToDate";
}

const STATES = { failing: "error", sending: "in-progress", upToDate: "success" } as const;

const COLUMNS: Column<Destination>[] = [
  { id: "name", header: columns.name, value: ({ name }) => name, width: 140 },
  { id: "kind", header: columns.kind, value: ({ kind }) => words.kinds[kind] ?? kind, width: 150 },
  { id: "address", header: columns.address, value: ({ address }) => address, width: 220 },
  {
    id: "state",
    header: columns.state,
    value: (one) => words[stateOf(one)],
    cell: (one) => <StatusIndicator type={STATES[stateOf(one)]}>{words[stateOf(one)]}</StatusIndicator>,
    width: 130,
  },
  { id: "behind", header: columns.behind, value: ({ behind }) => behind, kind: "number", width: 110 },
  { id: "note", header: columns.note, value: ({ note }) => note, width: 250 },
  timeColumn("sent", columns.sent, ({ sent_at: at }) => at, { empty: text.shell.never, hidden: true }),
  timeColumn("due", columns.due, ({ due_at: at }) => at, { empty: text.shell.none, hidden: true }),
  {
    id: "lag",
    header: columns.lag,
    value: ({ lag_minutes_max: lag }) => lag,
    cell: ({ lag_minutes_max: lag }) => words.minutes(lag),
    kind: "number",
    hidden: true,
  },
];

function removing({ id, name }: Destination) {
  return removal({
    title: words.removeTitle(name),
    name,
    change: change("delete", "/api/v1/audit-destinations/{destination}", { path: { destination: id } }),
    touches: TOUCHES,
  });
}

function testing({ id, name }: Destination): Operation {
  return {
    title: words.testTitle(name),
    name,
    untried: true,
    change: change("post", "/api/v1/audit-destinations/{destination}/test", { path: { destination: id } }),
    touches: TOUCHES,
  };
}

function Tested({ answer }: { answer: unknown }) {
  const { note } = answer as Destination;
  return note == null ? (
    <Alert type="success">{words.tested}</Alert>
  ) : (
    <Alert type="error">{words.testFailed(note)}</Alert>
  );
}

export default function DestinationsPage() {
  useSettingsPage(
    words.title,
    <Help title={words.title} words={["seal"]}>
      {words.help}
    </Help>,
  );
  const list = useAll("/api/v1/audit-destinations", {}, { every: EVERY });
  const [dialog, open] = useDialog();
  const remove = (one: Destination, clear: () => void) =>
    open((close) => (
      <OperationDialog
        operation={removing(one)}
        render={() => <Alert type="info">{words.removeDetail}</Alert>}
        onDone={clear}
        onClose={close}
      />
    ));
  const test = (one: Destination) =>
    open((close) => (
      <OperationDialog
        operation={testing(one)}
        render={() => words.testDetail(one.address)}
        result={(answer) => <Tested answer={answer} />}
        onClose={close}
      />
    ));
  return (
    <>
      <ListTable<Destination>
        name="audit-destinations"
        title={words.title}
        description={words.description}
        things={words.things}
        list={list}
        columns={COLUMNS}
        idOf={({ id }) => id}
        nameOf={({ name }) => name}
        selection="single"
        empty={{ title: words.empty, detail: words.emptyDetail }}
        actions={([one], clear) => (
          <SpaceBetween direction="horizontal" size="xs">
            <Button disabled={one === undefined} onClick={() => one && test(one)}>
              {words.test}
            </Button>
            <Button disabled={one === undefined} onClick={() => one && remove(one, clear)}>
              {words.remove}
            </Button>
            <Button variant="primary" onClick={() => open((close) => <AddDestination onClose={close} />)}>
              {words.add}
            </Button>
          </SpaceBetween>
        )}
      />
      {dialog}
    </>
  );
}
