// What the list of connections shows.
import Badge from "@cloudscape-design/components/badge";

import { LinkHealth } from "../../format/link-health";
import type { Column } from "../../table/columns";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import type { Connection } from "./settings";

const words = text.connections;

/** As whom Keyferry comes, in a few words. */
export function identityInWords({ identity }: Connection): string {
  const kind = words.identity.short[identity.kind] ?? identity.kind;
  const who = identity.role_arn ?? identity.access_key_id ?? identity.profile;
  return who == null ? kind : `${kind}: ${who}`;
}

export const COLUMNS: Column<Connection>[] = [
  { id: "name", header: words.columns.name, value: (one) => one.name, width: 150 },
  {
    id: "cloud",
    header: words.columns.cloud,
    value: (one) => words.cloud[one.cloud] ?? one.cloud,
    cell: (one) => <Badge color="blue">{words.cloud[one.cloud] ?? one.cloud}</Badge>,
    width: 100,
  },
  {
    id: "health",
    header: words.columns.health,
    value: (one) => text.states.link[one.health.state],
    cell: (one) => <LinkHealth health={one.health} detail="asked" />,
  },
  { id: "account", header: words.columns.account, value: (one) => one.account, width: 140 },
  { id: "identity", header: words.columns.identity, value: identityInWords, width: 200 },
  { id: "regions", header: words.columns.regions, value: (one) => one.regions, width: 190 },
  { id: "actor", header: words.columns.actor, value: (one) => one.service_actor, width: 180 },
  { id: "tier", header: words.columns.tier, value: (one) => words.tier.names[one.tier], width: 90 },
  { id: "url", header: words.columns.url, value: (one) => one.url, hidden: true },
  { id: "created_by", header: words.columns.createdBy, value: (one) => one.created_by, hidden: true },
  timeColumn("created", words.columns.created, (one) => one.created_at),
  timeColumn("updated", words.columns.updated, (one) => one.updated_at),
];
