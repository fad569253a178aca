// All KMS keys in all accounts.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";

import { useAll } from "../../api/read";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import { KmsKeyActions } from "./actions";
import { BulkActions } from "./bulk-actions";
import { COLUMNS, type KmsKey } from "../../kms-key/columns";

const words = text.kmsKeys;
const CREATE = "/kms-keys/create";
/** The same wizard, with a key of the vault to begin with. */
const UPLOAD = "/kms-keys/upload";

function Making() {
  const navigate = useNavigate();
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => void navigate(UPLOAD)}>{words.upload}</Button>
      <Button variant="primary" onClick={() => void navigate(CREATE)}>
        {words.create}
      </Button>
    </SpaceBetween>
  );
}

function Actions({ selected }: { selected: KmsKey[] }) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {selected.length > 1 ? <BulkActions kmsKeys={selected} /> : <KmsKeyActions kmsKey={selected[0]} />}
      <Making />
    </SpaceBetween>
  );
}

export default function ListPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["kmsKey", "keystore", "import", "materialId", "drift"]}>
      {words.help}
    </Help>,
  );
  const list = useAll("/api/v1/kms-keys");
  return (
    <ListTable<KmsKey>
      name="kms-keys"
      title={words.title}
      description={words.description}
      things={words.things}
      list={list}
      columns={COLUMNS}
      idOf={(key) => key.id}
      nameOf={(key) => key.name}
      pageOf={(key) => `/kms-keys/${key.id}`}
      selection="multi"
      empty={{ title: words.empty, detail: words.emptyDetail, action: <Making /> }}
      actions={(selected) => <Actions selected={selected} />}
    />
  );
}
