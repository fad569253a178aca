// The groups of an account, its roles there, and whether the AWS accounts of these groups can be reached.
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import Box from "@cloudscape-design/components/box";

import type { Schemas } from "../api/client";
import { LinkHealth } from "../format/link-health";
import { Link } from "../shell/link";
import { Nothing } from "../table/nothing";
import { text } from "../text";

type Membership = Schemas["MembershipView"];

const words = text.users.memberships;

function Connections({ of }: { of: Membership }) {
  if (of.connections.length === 0) return words.noConnections;
  return (
    <ul className="plain">
      {of.connections.map(({ connection, health }) => (
        <li key={connection}>
          {connection}: <LinkHealth health={health} />
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
