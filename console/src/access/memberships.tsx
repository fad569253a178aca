// The groups of an account, its roles there, and whether the AWS accounts of these groups can be reached.
import Header from "@cloudscape-design/components/header";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import Box from "@cloudscape-design/components/box";

import type { Schemas } from "../api/client";
import { Link } from "../shell/link";
import { Nothing } from "../table/nothing";
import { text } from "../text";

type Membership = Schemas["MembershipView"];

const words = text.users.memberships;

const KIND: Record<Schemas["LinkState"], StatusIndicatorProps.Type> = {
  connected: "success",
  "not-connected": "error",
  unknown: "pending",
};

function Connections({ of }: { of: Membership }) {
  if (of.connections.length === 0) return words.noConnections;
  return (
    <ul className="plain">
      {of.connections.map(({ connection, health }) => (
        <li key={connection}>
          {connection}:{" "}
          <StatusIndicator type={KIND[health.state]}>{words.link[health.state]}</StatusIndicator>
          {health.why != null && <Box color="text-body-secondary">{health.why}</Box>}
        </li>
      ))}
    </ul>
  );
}

export function Memberships({ groups }: { groups: Membership[] }) {
  return (
    <Table<Membership>
      items={groups}
      enableKeyboardNavigation
      wrapLines
      ariaLabels={{ tableLabel: words.title }}
      header={
        <Header variant="h2" description={words.description}>
          {words.title}
        </Header>
      }
      empty={<Nothing title={words.empty} detail={words.emptyDetail} />}
      columnDefinitions={[
        {
          id: "group",
          header: words.group,
          isRowHeader: true,
          cell: ({ group, group_name }) =>
            group == null ? words.installation : <Link to={`/groups/${group}`}>{group_name ?? group}</Link>,
        },
        { id: "roles", header: words.roles, cell: ({ roles }) => roles.join(", ") },
        { id: "connections", header: words.connections, cell: (of) => <Connections of={of} /> },
      ]}
    />
  );
}
