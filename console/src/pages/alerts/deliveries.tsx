// How far an alert is on its way to each destination.
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";

import type { Schemas } from "../../api/client";
import { atMinute } from "../../format/time";
import { Link } from "../../shell/link";
import { text } from "../../text";

type Delivery = Schemas["DeliveryView"];

const words = text.alerts.deliveries;

const KINDS: Record<Delivery["state"], StatusIndicatorProps.Type> = {
  pending: "pending",
  delivered: "success",
  "given-up": "error",
};

export function Deliveries({ deliveries }: { deliveries: Delivery[] }) {
  return (
    <Table
      items={deliveries}
      header={
        <Header variant="h2" description={words.description}>
          {words.title}
        </Header>
      }
      ariaLabels={{ tableLabel: words.title }}
      wrapLines
      empty={
        <Box textAlign="center" padding="s">
          {words.empty} <Link to="/alerts/destinations">{text.alerts.destinations.title}</Link>
        </Box>
      }
      columnDefinitions={[
        { id: "destination", header: words.destination, cell: (of) => of.destination, isRowHeader: true },
        {
          id: "state",
          header: words.state,
          cell: (of) => <StatusIndicator type={KINDS[of.state]}>{words.states[of.state]}</StatusIndicator>,
        },
        { id: "tries", header: words.tries, cell: (of) => of.tries },
        { id: "due", header: words.due, cell: (of) => atMinute(of.due_at) || text.shell.none },
        { id: "note", header: words.note, cell: (of) => of.note ?? text.shell.none },
      ]}
    />
  );
}
