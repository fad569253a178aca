// Keys in the vault and KMS keys in one list.
import Badge from "@cloudscape-design/components/badge";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useAll } from "../../api/read";
import type { Schemas } from "../../api/client";
import { KmsKeyStatus } from "../../format/status";
import { Help } from "../../shell/help";
import { Link } from "../../shell/link";
import { usePage } from "../../shell/page";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";

type AnyKey = Schemas["AnyKeyView"];

const words = text.kmsKeys.all;
const names = text.kmsKeys.columns;

function versionOf(key: AnyKey): number | null | undefined {
  return key.current_version;
}

/** What AWS has is marked. */
function Kind({ of: { kind } }: { of: AnyKey }) {
  if (kind === "key") return words.kinds[kind];
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {words.kinds[kind]}
      <Badge color="blue">{words.aws}</Badge>
    </SpaceBetween>
  );
}

const COLUMNS: Column<AnyKey>[] = [
  { id: "name", header: names.name, value: (key) => key.name, width: 220 },
  { id: "kind", header: words.kind, value: (key) => words.kinds[key.kind], cell: (key) => <Kind of={key} /> },
  {
    id: "status",
    header: names.status,
    value: (key) => (key.kind === "kms-key" ? key.status : undefined),
    cell: (key) => (key.kind === "kms-key" ? <KmsKeyStatus status={key.status} /> : text.shell.none),
  },
  { id: "spec", header: names.spec, value: (key) => key.spec, width: 120 },
  { id: "version", header: words.version, value: versionOf, kind: "number", width: 120 },
  {
    id: "source",
    header: names.source,
    value: (key) => (key.kind === "kms-key" ? key.source.text : undefined),
    width: 200,
  },
  {
    id: "where",
    header: words.where,
    value: (key) => (key.kind === "kms-key" ? [key.keystore_name, ...key.regions] : words.vault),
    width: 200,
  },
  { id: "description", header: names.description, value: (key) => key.description, width: 200 },
  timeColumn("created", names.created, (key) => key.created_at, { hidden: true }),
];

export default function AllKeysPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["key", "keyVersion", "kmsKey", "import"]}>
      {words.description}
    </Help>,
  );
  const list = useAll("/api/v1/all-keys");
  return (
    <ListTable<AnyKey>
      name="all-keys"
      title={words.title}
      description={words.description}
      things={words.things}
      list={list}
      columns={COLUMNS}
      idOf={(key) => `${key.kind}/${key.id}`}
      nameOf={(key) => key.name}
      pageOf={(key) => (key.kind === "kms-key" ? `/kms-keys/${key.id}` : `/keys/${key.id}`)}
      empty={{
        title: words.empty,
        detail: text.kmsKeys.emptyDetail,
        action: <Link to="/kms-keys/create">{text.kmsKeys.create}</Link>,
      }}
    />
  );
}
