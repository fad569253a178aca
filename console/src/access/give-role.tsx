// Giving a role to a person or an application, in a group or for the installation.
import { change } from "../api/change";
import { useRead } from "../api/read";
import type { Said } from "../operation/fields";
import { FormDialog } from "../operation/form-dialog";
import { text } from "../text";

const words = text.users;

interface Props {
  /** To whom, as the API names it; chosen unless given. */
  holder?: { value: string; name: string };
  /** The group's id; chosen unless given. */
  group?: string;
  /** The role; chosen unless given. */
  role?: string;
  onClose: () => void;
}

/** Everybody who can have a role; nothing where one may not look at people, and has to know the name. */
function useHolders() {
  const users = useRead("/api/v1/users");
  const applications = useRead("/api/v1/applications");
  if (users.error !== null) return undefined;
  const choices = [
    ...(users.data?.items ?? [])
      .filter(({ state }) => state !== "offboarded")
      .map(({ id, name, full_name }) => ({ value: id, label: name, description: full_name })),
    ...(applications.data?.items ?? []).map(({ id, name }) => ({
      value: `application/${id}`,
      label: `application/${name}`,
      description: words.assignments.application,
    })),
  ];
  return { choices, of: [users, applications] };
}

const TOUCHED = [
  "/api/v1/role-assignments",
  "/api/v1/users",
  "/api/v1/groups",
  "/api/v1/applications",
  "/api/v1/me",
];

export function GiveRole({ holder, group, role, onClose }: Props) {
  const holders = useHolders();
  const readRoles = useRead("/api/v1/roles");
  const roles = readRoles.data?.items ?? [];
  const groups = useRead("/api/v1/groups");
  const isOfGroups = (name: Partial<Said>[string]) =>
    roles.find((one) => one.name === name)?.scope !== "installation";
  const offered = roles.filter(({ scope }) => group === undefined || scope === "group");
  return (
    <FormDialog
      title={words.assignments.give}
      fields={(said) => ({
        holder: {
          label: words.fields.holder,
          initial: holder?.value ?? "",
          hidden: holder !== undefined,
          ...(holders === undefined
            ? { description: words.fields.holderHelp }
            : { kind: "choice" as const, ...holders }),
        },
        role: {
          kind: "choice",
          label: words.fields.role,
          initial: role ?? "",
          hidden: role !== undefined,
          of: [readRoles],
          choices: offered.map(({ name, description, scope, built_in }) => ({
            value: name,
            description:
              description !== undefined && description !== ""
                ? description
                : built_in === true
                  ? text.policies.builtIn[name as keyof typeof text.policies.builtIn]
                  : scope,
          })),
        },
        group: {
          kind: "choice",
          label: words.fields.group,
          of: [groups],
          choices: (groups.data?.items ?? []).map(({ id, name, description }) => ({
            value: id,
            label: name,
            description,
          })),
          initial: group ?? "",
          hidden: group !== undefined || !isOfGroups(role ?? said.role),
        },
      })}
      operation={(values) => ({
        title: words.assignments.give,
        name: values.role,
        touches: TOUCHED,
        change: change("post", "/api/v1/role-assignments", {
          body: {
            user: values.holder,
            role: values.role,
            ...(isOfGroups(values.role) ? { group: values.group } : {}),
          },
        }),
      })}
      onClose={onClose}
    />
  );
}

export { TOUCHED as TOUCHED_BY_ROLES };
