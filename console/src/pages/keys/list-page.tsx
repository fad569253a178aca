// All keys in the vault.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";
import { useNavigate } from "react-router";

import { useAll } from "../../api/read";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import { COLUMNS, type Row } from "./columns";
import { CreateDialog } from "./create-dialog";
import { useGroups } from "./groups";
import { ImportDialog } from "./import-dialog";
import { RowActions } from "./row-actions";

const words = text.keys;

function useRows() {
  const keys = useAll("/api/v1/keys");
  const kmsKeys = useAll("/api/v1/kms-keys");
  const { groupName } = useGroups();
  const isCounted = kmsKeys.error === null && !kmsKeys.isPending;
  const counts = useMemo(() => {
    const all = new Map<string, number>();
    for (const { source } of kmsKeys.items) {
      if (source.key != null) all.set(source.key, (all.get(source.key) ?? 0) + 1);
    }
    return all;
  }, [kmsKeys.items]);
  const items = keys.items.map((key): Row => ({
    key,
    group: groupName(key.group),
    kmsKeys: isCounted ? (counts.get(key.id) ?? 0) : undefined,
  }));
  return { ...keys, items };
}

export default function ListPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["key", "keyVersion", "kmsKey", "group"]}>
      {words.help}
    </Help>,
  );
  const navigate = useNavigate();
  const list = useRows();
  const [dialog, setDialog] = useState<"create" | "import">();
  const close = () => setDialog(undefined);
  const create = (
    <Button variant="primary" onClick={() => setDialog("create")}>
      {words.create.open}
    </Button>
  );
  return (
    <>
      <ListTable<Row>
        name="keys"
        title={words.title}
        description={words.description}
        things={words.things}
        list={list}
        columns={COLUMNS}
        idOf={({ key }) => key.id}
        nameOf={({ key }) => key.name}
        pageOf={({ key }) => `/keys/${key.id}`}
        empty={{ title: words.empty, detail: words.emptyDetail, action: create }}
        selection="single"
        actions={([chosen]) => (
          <SpaceBetween direction="horizontal" size="xs">
            <RowActions of={chosen?.key} />
            <Button onClick={() => void navigate("/keys/preparations")}>{words.preparations.title}</Button>
            <Button onClick={() => setDialog("import")}>{words.import.open}</Button>
            {create}
          </SpaceBetween>
        )}
      />
      {dialog === "create" && <CreateDialog onClose={close} />}
      {dialog === "import" && <ImportDialog onClose={close} />}
    </>
  );
}
