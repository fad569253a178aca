// The KMS keys of a keystore.
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Schemas } from "../../api/client";
import { useAll } from "../../api/read";
import { KmsKeyStatus } from "../../format/status";
import { atMinute } from "../../format/time";
import { Link } from "../../shell/link";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import type { Keystore } from "./keystore";

const words = text.keystores.page;
const names = text.kmsKeys.columns;

const COLUMNS: Column<Schemas["KmsKeyView"]>[] = [
  { id: "name", header: names.name, value: ({ name }) => name, width: 220 },
  {
    id: "status",
    header: names.status,
    value: ({ status }) => status,
    cell: ({ status }) => <KmsKeyStatus status={status} />,
  },
  { id: "source", header: names.source, value: ({ source }) => source.text },
  { id: "spec", header: names.spec, value: ({ spec }) => spec, width: 110 },
  { id: "regions", header: names.regions, value: ({ regions }) => regions },
  { id: "aliases", header: names.aliases, value: ({ aliases }) => aliases },
  {
    id: "rotation",
    header: names.rotation,
    value: ({ rotation }) => rotation?.next,
    cell: ({ rotation }) => atMinute(rotation?.next) || text.shell.never,
    kind: "time",
  },
];

export function KmsKeysPart({ keystore }: { keystore: Keystore }) {
  const list = useAll("/api/v1/kms-keys", { query: { keystore: keystore.id } });
  return (
    <SpaceBetween size="s">
      <Link to={`/kms-keys?keystore=${encodeURIComponent(keystore.name)}`}>{words.allKmsKeys}</Link>
      <ListTable
        name="keystore-kms-keys"
        title={words.kmsKeys}
        things={text.kmsKeys.things}
        variant="embedded"
        headingLevel="h2"
        list={list}
        columns={COLUMNS}
        idOf={({ id }) => id}
        nameOf={({ name }) => name}
        pageOf={({ id }) => `/kms-keys/${id}`}
        empty={{ title: words.noKmsKeys, detail: words.noKmsKeysDetail }}
      />
    </SpaceBetween>
  );
}
