// Making, changing and removing roles of one's own.
import { change } from "../../api/change";
import { useRead } from "../../api/read";
import { FormDialog } from "../../operation/form-dialog";
import { OperationDialog } from "../../operation/operation-dialog";
import { removal } from "../../operation/removal";
import { text } from "../../text";
import { givable, type Role } from "./roles";

const words = text.policies.roles;
const TOUCHES = ["/api/v1/roles", "/api/v1/me"];

/** Makes a role, or changes the one that is given. */
export function EditRole({ role, onClose }: { role?: Role; onClose: () => void }) {
  const roles = useRead("/api/v1/roles");
  const title = role === undefined ? words.create : words.edit;
  return (
    <FormDialog
      title={title}
      intro={role === undefined ? undefined : words.editHelp}
      fields={{
        name: { label: words.name, initial: role?.name ?? "", hidden: role !== undefined },
        description: { label: words.descriptionOf, initial: role?.description ?? "", optional: true },
        actions: {
          kind: "many",
          label: words.actions,
          description: words.actionsHelp,
          initial: role?.actions ?? [],
          choices: givable(roles.data?.items ?? []).map((value) => ({ value })),
          of: [roles],
        },
      }}
      operation={({ name, description, actions }) => ({
        title,
        name,
        touches: TOUCHES,
        change:
          role === undefined
            ? change("post", "/api/v1/roles", { body: { name, description, actions: [...actions] } })
            : change("patch", "/api/v1/roles/{role}", {
                path: { role: role.name },
                body: { description, actions: [...actions] },
                revision: role.revision ?? undefined,
              }),
      })}
      onClose={onClose}
    />
  );
}

export function RemoveRole({
  role,
  onDone,
  onClose,
}: {
  role: Role;
  onDone: () => void;
  onClose: () => void;
}) {
  return (
    <OperationDialog
      operation={removal({
        title: words.removing(role.name),
        name: role.name,
        touches: TOUCHES,
        change: change("delete", "/api/v1/roles/{role}", { path: { role: role.name } }),
      })}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
