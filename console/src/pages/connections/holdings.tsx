// What hangs on a connection: its keystores and its KMS keys.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";

import { useAll } from "../../api/read";
import type { Schemas } from "../../api/client";
import { showing } from "../../kms-key/columns";
import { KmsKeysOf } from "../../kms-key/list";
import { SyncDialog } from "../../operation/sync-dialog";
import { useDialog } from "../../shell/use-dialog";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import type { Connection } from "./settings";
import { SyncAll } from "./sync-all";

const words = text.connections.page;
const keystore = text.keystores.columns;

const KEYSTORES: Column<Schemas["KeystoreView"]>[] = [
  { id: "name", header: keystore.name, value: ({ name }) => name, width: 200 },
  { id: "description", header: keystore.description, value: ({ description }) => description, width: 300 },
  { id: "regions", header: keystore.regions, value: ({ regions }) => regions, width: 220 },
  { id: "spec", header: keystore.spec, value: ({ template }) => template.spec },
];

const KMS_KEYS = showing("name", "status", "source", "regions", "aliases", "keystore");

export function KeystoresPart({ connection }: { connection: Connection }) {
  const navigate = useNavigate();
  const all = useAll("/api/v1/keystores");
  const list = { ...all, items: all.items.filter((one) => one.connection === connection.id) };
  const create = () => void navigate(`/keystores/create?connection=${encodeURIComponent(connection.name)}`);
  const [dialog, open] = useDialog();
  const syncAll = () =>
    open((close) => <SyncAll connection={connection.name} keystores={list.items} onClose={close} />);
  return (
    <>
      <ListTable
        name="connection-keystores"
        title={words.keystores}
        things={text.keystores.things}
        variant="embedded"
        headingLevel="h2"
        list={list}
        columns={KEYSTORES}
        idOf={({ id }) => id}
        nameOf={({ name }) => name}
        pageOf={({ id }) => `/keystores/${id}`}
        empty={{
          title: words.noKeystores,
          detail: words.noKeystoresDetail,
          action: <Button onClick={create}>{text.keystores.create}</Button>,
        }}
        selection="single"
        actions={([chosen]) => (
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              disabled={chosen === undefined}
              onClick={() => chosen && open((close) => <SyncDialog keystore={chosen} onClose={close} />)}
            >
              {text.keystores.page.sync}
            </Button>
            <Button disabled={list.items.length === 0} onClick={syncAll}>
              {words.syncing.all}
            </Button>
            <Button onClick={create}>{text.keystores.create}</Button>
          </SpaceBetween>
        )}
      />
      {dialog}
    </>
  );
}

export function KmsKeysPart({ connection }: { connection: Connection }) {
  return (
    <KmsKeysOf
      name="connection-kms-keys"
      title={words.kmsKeys}
      variant="embedded"
      of={{ connection: connection.id }}
      columns={KMS_KEYS}
      empty={{ title: words.noKmsKeys, detail: words.noKmsKeysDetail }}
    />
  );
}
