// What lists of KMS keys show.
import type { Schemas } from "../../api/client";
import { KmsKeyStatus } from "../../format/status";
import { atMinute } from "../../format/time";
import type { Column } from "../../table/columns";
import { text } from "../../text";

export type KmsKey = Schemas["KmsKeyView"];

const words = text.kmsKeys.columns;

export const COLUMNS: Column<KmsKey>[] = [
  { id: "name", header: words.name, value: (key) => key.name, width: 220 },
  {
    id: "status",
    header: words.status,
    value: (key) => key.status,
    cell: (key) => <KmsKeyStatus status={key.status} />,
  },
  { id: "source", header: words.source, value: (key) => key.source.text },
  { id: "uploaded", header: words.uploaded, value: (key) => key.uploaded, hidden: true },
  { id: "regions", header: words.regions, value: (key) => key.regions },
  { id: "key_state", header: words.keyState, value: (key) => key.key_state, hidden: true },
  { id: "aliases", header: words.aliases, value: (key) => key.aliases },
  { id: "keystore", header: words.keystore, value: (key) => key.keystore_name },
  { id: "connection", header: words.connection, value: (key) => key.connection_name, hidden: true },
  {
    id: "expires",
    header: words.expires,
    value: (key) => key.expires_at,
    cell: (key) => atMinute(key.expires_at) || text.shell.never,
    kind: "time",
  },
  {
    id: "rotation",
    header: words.rotation,
    value: (key) => key.rotation?.next,
    cell: (key) => atMinute(key.rotation?.next) || text.shell.never,
    kind: "time",
  },
  { id: "spec", header: words.spec, value: (key) => key.spec, hidden: true },
  { id: "usage", header: words.usage, value: (key) => key.usage, hidden: true },
  { id: "life", header: words.life, value: (key) => key.life, hidden: true },
  { id: "multi_region", header: words.multiRegion, value: (key) => key.multi_region, hidden: true },
  { id: "description", header: words.description, value: (key) => key.description, hidden: true },
  { id: "arn", header: words.arn, value: (key) => key.arn, hidden: true },
  {
    id: "created",
    header: words.created,
    value: (key) => key.created_at,
    cell: (key) => atMinute(key.created_at),
    kind: "time",
    hidden: true,
  },
];
