// All groups that one may see.
import Button from "@cloudscape-design/components/button";

import { useAll } from "../../api/read";
import { useDialog } from "../../operation/use-dialog";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import { EditGroup, type Group } from "./group-dialogs";

const words = text.users.groups;

const COLUMNS: Column<Group>[] = [
  { id: "name", header: words.name, value: (group) => group.name },
  { id: "description", header: words.descriptionOf, value: (group) => group.description, width: 420 },
  timeColumn("created", words.created, (group) => group.created_at, { empty: words.fromTheBeginning }),
];

export default function GroupsPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["group", "keystore", "key"]}>
      {words.help}
    </Help>,
  );
  const list = useAll("/api/v1/groups");
  const [dialog, open] = useDialog();
  return (
    <>
      <ListTable<Group>
        name="groups"
        title={words.title}
        description={words.description}
        things={words.things}
        list={list}
        columns={COLUMNS}
        idOf={(group) => group.id}
        nameOf={(group) => group.name}
        pageOf={(group) => `/groups/${group.id}`}
        empty={{ title: words.empty, detail: words.emptyDetail }}
        actions={() => (
          <Button variant="primary" onClick={() => open((close) => <EditGroup onClose={close} />)}>
            {words.create}
          </Button>
        )}
      />
      {dialog}
    </>
  );
}
