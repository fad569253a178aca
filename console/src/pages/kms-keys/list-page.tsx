// All KMS keys in all accounts.
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { lazy, Suspense, useState } from "react";
import { useNavigate } from "react-router";

import { useAll } from "../../api/read";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
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

// The operations and all that they ask for come with the first selection: a list of thousands is shown sooner without them.
const SelectedActions = lazy(() => import("./selected-actions"));

function NoActions({ loading = false }: { loading?: boolean }) {
  return (
    <ButtonDropdown disabled loading={loading} items={[]}>
      {text.table.actions}
    </ButtonDropdown>
  );
}

function Actions({ selected }: { selected: KmsKey[] }) {
  // Once there, they stay: a dialog outlives the selection that it was opened for.
  const [isWanted, setIsWanted] = useState(false);
  if (selected.length > 0 && !isWanted) setIsWanted(true);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {isWanted ? (
        <Suspense fallback={<NoActions loading />}>
          <SelectedActions kmsKeys={selected} />
        </Suspense>
      ) : (
        <NoActions />
      )}
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
