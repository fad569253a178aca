// All roles: built-in ones, and those of one's own.
import Button from "@cloudscape-design/components/button";

import { useAll } from "../../api/read";
import { useDialog } from "../../shell/use-dialog";
import { Help } from "../../shell/help";
import { Link } from "../../shell/link";
import { usePage } from "../../shell/page";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import { EditRole } from "./role-dialogs";
import { describe, type Role } from "./roles";

const words = text.policies.roles;

const COLUMNS: Column<Role>[] = [
  { id: "name", header: words.name, value: (role) => role.name, width: 190 },
  { id: "description", header: words.descriptionOf, value: describe, width: 400 },
  {
    id: "kind",
    header: words.kind,
    value: (role) => (role.built_in === true ? words.builtIn : words.own),
    width: 120,
  },
  {
    id: "scope",
    header: words.scope,
    value: (role) => text.policies.scope[role.scope === "group" ? "group" : "installation"],
    width: 120,
  },
  { id: "excludes", header: words.excludes, value: (role) => role.excludes, width: 120 },
  { id: "count", header: words.count, value: (role) => role.actions.length, kind: "number", width: 90 },
];

export default function RolesPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["group", "approval"]}>
      {words.help}
    </Help>,
  );
  const list = useAll("/api/v1/roles");
  const [dialog, open] = useDialog();
  return (
    <>
      <ListTable<Role>
        name="roles"
        title={words.title}
        description={
          <>
            {words.description} <Link to="/who-can">{text.policies.whoCan.title}</Link>
          </>
        }
        things={words.things}
        list={list}
        columns={COLUMNS}
        idOf={(role) => role.name}
        nameOf={(role) => role.name}
        pageOf={(role) => `/roles/${encodeURIComponent(role.name)}`}
        empty={{ title: words.empty, detail: words.emptyDetail }}
        actions={() => (
          <Button variant="primary" onClick={() => open((close) => <EditRole onClose={close} />)}>
            {words.create}
          </Button>
        )}
      />
      {dialog}
    </>
  );
}
