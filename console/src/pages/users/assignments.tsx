// Who has which role where: of one holder, of one group, or of one role.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { useAll } from "../../api/read";
import { atMinute } from "../../format/time";
import { OperationDialog } from "../../operation/operation-dialog";
import { useDialog } from "../../operation/use-dialog";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import { GiveRole, TOUCHED_BY_ROLES } from "./give-role";

type Assignment = Schemas["AssignmentView"];

const words = text.users.assignments;

function isApplication({ holder }: Assignment): boolean {
  return holder.startsWith("application/");
}

function pageOfHolder({ holder }: Assignment): string {
  const id = holder.slice(holder.indexOf("/") + 1);
  return holder.startsWith("application/") ? `/applications/${id}` : `/users/${id}`;
}

const nameOfHolder = ({ user, holder }: Assignment) => user ?? holder;

const ROLE: Column<Assignment> = { id: "role", header: words.role, value: ({ role }) => role };
const HOLDER: Column<Assignment> = { id: "holder", header: words.holder, value: nameOfHolder };
const KIND: Column<Assignment> = {
  id: "kind",
  header: words.kind,
  value: (one) => (isApplication(one) ? words.application : words.person),
};
const GROUP: Column<Assignment> = {
  id: "group",
  header: words.group,
  value: ({ group_name }) => group_name ?? text.users.memberships.installation,
};
const GIVEN: Column<Assignment>[] = [
  { id: "given_by", header: words.givenBy, value: ({ given_by }) => given_by },
  {
    id: "given_at",
    header: words.givenAt,
    value: ({ given_at }) => given_at,
    cell: ({ given_at }) => atMinute(given_at),
    kind: "time",
  },
];

const COLUMNS = {
  holder: [ROLE, GROUP, ...GIVEN],
  group: [HOLDER, ROLE, KIND, ...GIVEN],
  role: [HOLDER, GROUP, KIND, ...GIVEN],
};

interface Props {
  /** Of whom, as `user/ID` or `application/ID`, with the name. */
  holder?: { id: string; name: string };
  /** The id of the group. */
  group?: string;
  role?: string;
  title?: string;
  description?: string;
}

export function Assignments({ holder, group, role, title, description }: Props) {
  const all = useAll("/api/v1/role-assignments");
  const [dialog, open] = useDialog();
  const items = all.items.filter(
    (one) =>
      (holder === undefined || one.holder === holder.id) &&
      (group === undefined || one.group === group) &&
      (role === undefined || one.role === role),
  );
  const take = (one: Assignment) =>
    open((close) => (
      <OperationDialog
        operation={{
          title: words.taking(one.role, nameOfHolder(one)),
          name: one.role,
          touches: TOUCHED_BY_ROLES,
          change: change("delete", "/api/v1/role-assignments/{assignment}", { path: { assignment: one.id } }),
        }}
        onClose={close}
      />
    ));
  const give = () =>
    open((close) => (
      <GiveRole
        {...(holder === undefined
          ? {}
          : { holder: { value: holder.id.replace(/^user\//, ""), name: holder.name } })}
        {...(group === undefined ? {} : { group })}
        {...(role === undefined ? {} : { role })}
        onClose={close}
      />
    ));
  return (
    <>
      <ListTable<Assignment>
        name={`assignments-${holder !== undefined ? "holder" : group !== undefined ? "group" : "role"}`}
        title={title ?? words.title}
        description={description}
        things={words.things}
        headingLevel="h2"
        list={{ ...all, items }}
        columns={COLUMNS[holder !== undefined ? "holder" : group !== undefined ? "group" : "role"]}
        idOf={({ id }) => id}
        nameOf={(one) => `${one.role}, ${nameOfHolder(one)}`}
        pageOf={(one) =>
          holder !== undefined ? `/roles/${encodeURIComponent(one.role)}` : pageOfHolder(one)
        }
        selection="single"
        empty={
          holder !== undefined
            ? { title: words.empty, detail: words.emptyDetail }
            : { title: role === undefined ? words.empty : words.nobody, detail: words.nobodyDetail }
        }
        actions={([chosen]) => (
          <SpaceBetween direction="horizontal" size="xs">
            <Button disabled={chosen === undefined} onClick={() => chosen !== undefined && take(chosen)}>
              {words.take}
            </Button>
            <Button onClick={give}>{words.give}</Button>
          </SpaceBetween>
        )}
      />
      {dialog}
    </>
  );
}
