// Who has which role where: of one holder, of one group, or of one role.
import { change } from "../api/change";
import type { Schemas } from "../api/client";
import { useAll } from "../api/read";
import type { Operation } from "../operation/operation";
import { RemovableList } from "../operation/removable-list";
import type { Column } from "../table/columns";
import { timeColumn } from "../table/time-column";
import { text } from "../text";
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
  timeColumn("given_at", words.givenAt, ({ given_at }) => given_at),
];

const COLUMNS = {
  holder: [ROLE, GROUP, ...GIVEN],
  group: [HOLDER, ROLE, KIND, ...GIVEN],
  role: [HOLDER, GROUP, KIND, ...GIVEN],
};

function taking(one: Assignment): Operation {
  return {
    title: words.taking(one.role, nameOfHolder(one)),
    name: one.role,
    touches: TOUCHED_BY_ROLES,
    change: change("delete", "/api/v1/role-assignments/{assignment}", { path: { assignment: one.id } }),
  };
}

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
  const items = all.items.filter(
    (one) =>
      (holder === undefined || one.holder === holder.id) &&
      (group === undefined || one.group === group) &&
      (role === undefined || one.role === role),
  );
  const of = holder !== undefined ? "holder" : group !== undefined ? "group" : "role";
  const give = (close: () => void) => (
    <GiveRole
      {...(holder === undefined
        ? {}
        : { holder: { value: holder.id.replace(/^user\//, ""), name: holder.name } })}
      {...(group === undefined ? {} : { group })}
      {...(role === undefined ? {} : { role })}
      onClose={close}
    />
  );
  return (
    <RemovableList<Assignment>
      name={`assignments-${of}`}
      title={title ?? words.title}
      description={description}
      things={words.things}
      headingLevel="h2"
      list={{ ...all, items }}
      columns={COLUMNS[of]}
      idOf={({ id }) => id}
      nameOf={(one) => `${one.role}, ${nameOfHolder(one)}`}
      pageOf={(one) => (of === "holder" ? `/roles/${encodeURIComponent(one.role)}` : pageOfHolder(one))}
      empty={
        of === "holder"
          ? { title: words.empty, detail: words.emptyDetail }
          : { title: role === undefined ? words.empty : words.nobody, detail: words.nobodyDetail }
      }
      remove={{ text: words.take, operation: taking }}
      add={{ text: words.give, dialog: give }}
    />
  );
}
