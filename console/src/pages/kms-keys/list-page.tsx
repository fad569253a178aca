// All KMS keys in all accounts.
import { useAll } from "../../api/read";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import { KmsKeyActions } from "./actions";
import { COLUMNS, type KmsKey } from "./columns";

const words = text.kmsKeys;

export default function ListPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["kmsKey", "keystore", "import"]}>
      {words.description}
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
      empty={{ title: words.empty, detail: words.emptyDetail }}
      actions={([first]) => <KmsKeyActions kmsKey={first} />}
    />
  );
}
