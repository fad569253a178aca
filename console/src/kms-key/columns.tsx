// What lists of KMS keys show.
import type { Schemas } from "../api/client";
import { KmsKeyStatus } from "../format/status";
import type { Column } from "../table/columns";
import { timeColumn } from "../table/time-column";
import { text } from "../text";

export type KmsKey = Schemas["KmsKeyView"];

const words = text.kmsKeys.columns;

const UPLOADS: Record<string, string> = words.uploads;
/** Regions beyond these are counted: the list tells where, the page of a KMS key tells all. */
const REGIONS_SHOWN = 2;

function regionsOf({ regions }: KmsKey): string {
  const shown = regions.slice(0, REGIONS_SHOWN).join(", ");
  return regions.length > REGIONS_SHOWN ? words.moreRegions(shown, regions.length - REGIONS_SHOWN) : shown;
}

export const COLUMNS: Column<KmsKey>[] = [
  { id: "name", header: words.name, value: (key) => key.name, width: 190 },
  {
    id: "status",
    header: words.status,
    value: (key) => key.status,
    cell: (key) => <KmsKeyStatus status={key.status} />,
    width: 150,
  },
  { id: "source", header: words.source, value: (key) => key.source.text, width: 190 },
  {
    id: "uploaded",
    header: words.uploaded,
    value: (key) => key.uploaded,
    cell: (key) => UPLOADS[key.uploaded] ?? key.uploaded,
    width: 110,
  },
  { id: "regions", header: words.regions, value: (key) => key.regions, cell: regionsOf, width: 140 },
  { id: "key_state", header: words.keyState, value: (key) => key.key_state, width: 140 },
  { id: "keystore", header: words.keystore, value: (key) => key.keystore_name, width: 120 },
  timeColumn("expires", words.expires, (key) => key.expires_at, { empty: text.shell.never, width: 130 }),
  { id: "description", header: words.description, value: (key) => key.description, width: 200 },
  { id: "aliases", header: words.aliases, value: (key) => key.aliases, hidden: true },
  { id: "connection", header: words.connection, value: (key) => key.connection_name, hidden: true },
  timeColumn("rotation", words.rotation, (key) => key.rotation?.next, {
    empty: text.shell.never,
    hidden: true,
  }),
  { id: "spec", header: words.spec, value: (key) => key.spec, hidden: true },
  { id: "usage", header: words.usage, value: (key) => key.usage, hidden: true },
  { id: "life", header: words.life, value: (key) => key.life, hidden: true },
  { id: "multi_region", header: words.multiRegion, value: (key) => key.multi_region, hidden: true },
  {
    id: "tags",
    header: words.tags,
    value: (key) => Object.entries(key.tags).map(([name, value]) => `${name}=${value}`),
    hidden: true,
  },
  timeColumn("deletion", words.deletion, (key) => key.deletion_date, {
    empty: text.shell.none,
    hidden: true,
  }),
  { id: "arn", header: words.arn, value: (key) => key.arn, hidden: true, width: 300 },
  timeColumn("created", words.created, (key) => key.created_at, { hidden: true }),
];

/** These columns, as they come; the others are there to be chosen. */
export function showing(...ids: string[]): Column<KmsKey>[] {
  const shown = ids.flatMap((id) => COLUMNS.filter((column) => column.id === id));
  const others = COLUMNS.filter((column) => !shown.includes(column));
  return [
    ...shown.map((column) => ({ ...column, hidden: false })),
    ...others.map((column) => ({ ...column, hidden: true })),
  ];
}
