// All groups that one may see.
import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";

import { useAll } from "../../api/read";
import { useDialog } from "../../shell/use-dialog";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import { EditGroup, type Group } from "./group-dialogs";

const words = text.users.groups;

/** A group, and whether it reaches into AWS. */
interface Row {
  group: Group;
  isAws: boolean;
}

const COLUMNS: Column<Row>[] = [
  { id: "name", header: words.name, value: ({ group }) => group.name },
  {
    id: "aws",
    header: words.cloud,
    value: ({ isAws }) => (isAws ? words.aws : undefined),
    cell: ({ isAws }) => (isAws ? <Badge color="blue">{words.aws}</Badge> : text.shell.none),
    width: 110,
  },
  { id: "description", header: words.descriptionOf, value: ({ group }) => group.description, width: 420 },
  timeColumn("created", words.created, ({ group }) => group.created_at, { empty: words.fromTheBeginning }),
];

export default function GroupsPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["group", "keystore", "key"]}>
      {words.help}
    </Help>,
  );
  const groups = useAll("/api/v1/groups");
  const { items: connections } = useAll("/api/v1/connections");
  const reaching = new Set(connections.map(({ group }) => group));
  const items = groups.items.map((group) => ({ group, isAws: reaching.has(group.id) }));
  const [dialog, open] = useDialog();
  return (
    <>
      <ListTable<Row>
        name="groups"
        title={words.title}
        description={words.description}
        things={words.things}
        list={{ ...groups, items }}
        columns={COLUMNS}
        idOf={({ group }) => group.id}
        nameOf={({ group }) => group.name}
        pageOf={({ group }) => `/groups/${group.id}`}
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
