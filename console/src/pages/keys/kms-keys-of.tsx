// KMS keys that were made of a key.
import Button from "@cloudscape-design/components/button";
import { useNavigate } from "react-router";

import { useAll } from "../../api/read";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import { COLUMNS, type KmsKey } from "../kms-keys/columns";
import type { Key } from "./columns";

const words = text.keys.kmsKeys;

export function KmsKeysOf({ of }: { of: Key }) {
  const navigate = useNavigate();
  const list = useAll("/api/v1/kms-keys", { query: { key: of.id } });
  const upload = (
    <Button onClick={() => void navigate(`/kms-keys/upload?key=${of.id}`)}>{words.upload}</Button>
  );
  return (
    <ListTable<KmsKey>
      name="kms-keys-of-key"
      title={words.title}
      description={words.description}
      things={text.kmsKeys.things}
      list={list}
      columns={COLUMNS}
      idOf={({ id }) => id}
      nameOf={({ name }) => name}
      pageOf={({ id }) => `/kms-keys/${id}`}
      headingLevel="h2"
      empty={{ title: words.empty, detail: words.emptyDetail, action: upload }}
      actions={() => upload}
    />
  );
}
