// Periods of use: when applications use keys whose use needs approval.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import { change } from "../../../api/change";
import type { Schemas } from "../../../api/client";
import { useAll } from "../../../api/read";
import { atMinute } from "../../../format/time";
import { OperationDialog } from "../../../operation/operation-dialog";
import { useDialog } from "../../../shell/use-dialog";
import { Help } from "../../../shell/help";
import type { Column } from "../../../table/columns";
import { ListTable } from "../../../table/list-table";
import { timeColumn } from "../../../table/time-column";
import { text } from "../../../text";
import { useSettingsPage } from "../settings-page";
import { OpenPeriod, TOUCHES } from "./open-period";

const words = text.settings.usePeriods;
const { columns } = words;

const ASKED_EVERY = 15_000;

type Period = Schemas["UsePeriodView"];

const STATES: Record<string, StatusIndicatorProps.Type> = { open: "in-progress", closed: "stopped" };

function stateOf({ state }: Period): string {
  return words.states[state] ?? state;
}

const COLUMNS: Column<Period>[] = [
  { id: "application", header: columns.application, value: ({ application }) => application, width: 140 },
  {
    id: "state",
    header: columns.state,
    value: stateOf,
    cell: (period) => (
      <StatusIndicator type={STATES[period.state] ?? "success"}>{stateOf(period)}</StatusIndicator>
    ),
  },
  timeColumn("ends", columns.ends, ({ ends_at: at }) => at, { width: 190 }),
  { id: "reason", header: columns.reason, value: ({ reason }) => reason, width: 190 },
  { id: "by", header: columns.by, value: ({ opened_by: by }) => by, width: 130 },
  {
    id: "keys",
    header: columns.keys,
    value: ({ keys }) => keys,
    cell: ({ keys }) => (keys.length === 0 ? words.everyKey : keys.join(", ")),
    width: 200,
  },
  {
    id: "actions",
    header: columns.actions,
    value: ({ actions }) => actions,
    cell: ({ actions }) => (actions.length === 0 ? words.everyUse : actions.join(", ")),
  },
  timeColumn("opened", columns.opened, ({ opened_at: at }) => at, { hidden: true }),
  timeColumn("closed", columns.closed, ({ closed_at: at }) => at, { hidden: true }),
  { id: "closed_by", header: columns.closedBy, value: ({ closed_by: by }) => by, hidden: true },
];

function closing(period: Period) {
  return {
    title: words.closeTitle(period.application),
    name: period.application,
    change: change("post", "/api/v1/use-periods/{period}/close", { path: { period: period.id } }),
    touches: TOUCHES,
  };
}

export default function PeriodsPage() {
  useSettingsPage(
    words.title,
    <Help title={words.title} words={["approval", "group"]}>
      {words.help}
    </Help>,
  );
  // A period ends by itself.
  const list = useAll("/api/v1/use-periods", {}, { every: ASKED_EVERY });
  const [dialog, open] = useDialog();
  return (
    <>
      <ListTable<Period>
        name="use-periods"
        title={words.title}
        description={words.description}
        things={words.things}
        list={list}
        columns={COLUMNS}
        idOf={({ id }) => id}
        nameOf={({ application, opened_at: at }) => `${application}, ${atMinute(at)}`}
        selection="single"
        empty={{ title: words.empty, detail: words.emptyDetail }}
        actions={([period], clear) => (
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              disabled={period?.state !== "open"}
              onClick={() => {
                if (period === undefined) return;
                open((close) => (
                  <OperationDialog operation={closing(period)} onDone={clear} onClose={close} />
                ));
              }}
            >
              {words.close}
            </Button>
            <Button variant="primary" onClick={() => open((close) => <OpenPeriod onClose={close} />)}>
              {words.open}
            </Button>
          </SpaceBetween>
        )}
      />
      {dialog}
    </>
  );
}
