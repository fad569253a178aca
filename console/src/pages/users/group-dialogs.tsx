// Making, changing and removing groups.
import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import type { Revised } from "../../api/read";
import { FormDialog } from "../../operation/form-dialog";
import { OperationDialog } from "../../operation/operation-dialog";
import { removal } from "../../operation/removal";
import { text } from "../../text";

export type Group = Schemas["GroupView"];

const words = text.users.groups;
const TOUCHES = ["/api/v1/groups", "/api/v1/me", "/api/v1/role-assignments", "/api/v1/users"];

/** Makes a group, or changes the one that is given. */
export function EditGroup({ group, onClose }: { group?: Revised<Group>; onClose: () => void }) {
  const title = group === undefined ? words.create : words.edit;
  return (
    <FormDialog
      title={title}
      fields={{
        name: { label: words.name, initial: group?.name ?? "" },
        description: { label: words.descriptionOf, initial: group?.description ?? "", optional: true },
      }}
      operation={(body) => ({
        title,
        name: body.name,
        touches: TOUCHES,
        change:
          group === undefined
            ? change("post", "/api/v1/groups", { body })
            : change("patch", "/api/v1/groups/{group}", {
                path: { group: group.id },
                body,
                revision: group.revision,
              }),
      })}
      onClose={onClose}
    />
  );
}

export function RemoveGroup({
  group,
  onDone,
  onClose,
}: {
  group: Group;
  onDone: () => void;
  onClose: () => void;
}) {
  return (
    <OperationDialog
      operation={removal({
        title: words.removing(group.name),
        name: group.name,
        touches: TOUCHES,
        change: change("delete", "/api/v1/groups/{group}", { path: { group: group.id } }),
      })}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
