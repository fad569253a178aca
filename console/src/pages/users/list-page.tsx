// All people.
import Button from "@cloudscape-design/components/button";

import { useAll } from "../../api/read";
import { useDialog } from "../../shell/use-dialog";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import { CreateUser } from "./create-user";
import { PersonState, wayOf, type User } from "./state";

const words = text.users;

const COLUMNS: Column<User>[] = [
  { id: "name", header: words.columns.name, value: (user) => user.name },
  { id: "full_name", header: words.columns.fullName, value: (user) => user.full_name },
  {
    id: "state",
    header: words.columns.state,
    value: (user) => words.states[user.state],
    cell: (user) => <PersonState user={user} />,
  },
  { id: "provider", header: words.columns.provider, value: wayOf },
  { id: "second_factor", header: words.columns.secondFactor, value: (user) => user.second_factor },
  {
    id: "first_password",
    header: words.columns.firstPassword,
    value: (user) => (user.must_change_password ? words.pending : words.changed),
    hidden: true,
  },
  timeColumn("waits", words.columns.waits, (user) => user.waits_until, {
    empty: text.shell.none,
    hidden: true,
  }),
  timeColumn("created", words.columns.created, (user) => user.created_at),
];

export default function UsersPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["group", "approval"]}>
      {words.help}
    </Help>,
  );
  const list = useAll("/api/v1/users");
  const [dialog, open] = useDialog();
  return (
    <>
      <ListTable<User>
        name="users"
        title={words.title}
        description={words.description}
        things={words.things}
        list={list}
        columns={COLUMNS}
        idOf={(user) => user.id}
        nameOf={(user) => user.name}
        pageOf={(user) => `/users/${user.id}`}
        empty={{ title: words.empty, detail: words.emptyDetail }}
        actions={() => (
          <Button variant="primary" onClick={() => open((close) => <CreateUser onClose={close} />)}>
            {words.create}
          </Button>
        )}
      />
      {dialog}
    </>
  );
}
