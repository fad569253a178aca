// What a KMS key is linked to: its key in the vault, what it was copied from, the other holders, all copies.
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useAll, useRead } from "../../../api/read";
import { exactly } from "../../../format/time";
import { Loaded } from "../../../notices/loaded";
import { Link } from "../../../shell/link";
import { ListTable } from "../../../table/list-table";
import { text } from "../../../text";
import { COLUMNS } from "../../../kms-key/columns";
import { CopiesTable } from "./copies-table";
import type { KmsKey, Tab } from "./kms-key";
import { OtherKmsKey } from "./other-kms-key";

const words = text.kmsKey.links;
const SHOWN = new Set(["name", "status", "keystore", "connection", "regions", "aliases"]);
const SIBLING_COLUMNS = COLUMNS.filter(({ id }) => SHOWN.has(id)).map((column) => ({
  ...column,
  hidden: false,
}));

function Origin({ kmsKey }: Tab) {
  const { copied_from: link, source, predecessor, successor } = kmsKey;
  return (
    <Container header={<Header variant="h2">{words.origin}</Header>}>
      <KeyValuePairs
        columns={4}
        minColumnWidth={170}
        items={[
          {
            label: words.source,
            value:
              source.key == null ? (
                words.noSource
              ) : (
                <Link to={`/keys/${source.key}`}>{source.key_name ?? source.text}</Link>
              ),
          },
          ...(link == null
            ? [{ label: words.copied, value: words.copiedNone }]
            : [
                { label: words.version, value: link.version },
                { label: words.by, value: link.by },
                { label: words.at, value: exactly(link.at) },
                { label: words.into, value: link.into },
              ]),
          ...(predecessor == null
            ? []
            : [{ label: words.predecessor, value: <OtherKmsKey id={predecessor} /> }]),
          ...(successor == null ? [] : [{ label: words.successor, value: <OtherKmsKey id={successor} /> }]),
        ]}
      />
    </Container>
  );
}

function Siblings({ id, source }: { id: string; source: string }) {
  const list = useAll("/api/v1/kms-keys", { query: { key: source } });
  return (
    <ListTable<KmsKey>
      name="kms-key-siblings"
      title={words.siblings}
      description={words.siblingsDetail}
      headingLevel="h2"
      things={text.kmsKeys.things}
      list={{ ...list, items: list.items.filter((one) => one.id !== id) }}
      columns={SIBLING_COLUMNS}
      idOf={(one) => one.id}
      nameOf={(one) => one.name}
      pageOf={(one) => `/kms-keys/${one.id}`}
      empty={{ title: words.siblingsNone, detail: words.siblingsNoneDetail }}
    />
  );
}

function Copies({ source }: { source: string }) {
  const reading = useRead("/api/v1/keys/{key}", { path: { key: source } });
  return <Loaded of={reading}>{({ copies }) => <CopiesTable copies={copies ?? []} />}</Loaded>;
}

export function LinksTab({ kmsKey }: Tab) {
  const source = kmsKey.source.key;
  return (
    <SpaceBetween size="l">
      <Origin kmsKey={kmsKey} />
      {source != null && <Siblings id={kmsKey.id} source={source} />}
      {source != null && <Copies source={source} />}
    </SpaceBetween>
  );
}
