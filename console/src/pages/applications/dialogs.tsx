// Making, changing, locking and removing applications.
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { useRead } from "../../api/read";
import { FormDialog } from "../../operation/form-dialog";
import { OperationDialog } from "../../operation/operation-dialog";
import { removal } from "../../operation/removal";
import { text } from "../../text";

export type Application = Schemas["ApplicationView"];

const words = text.applications;
export const TOUCHES = ["/api/v1/applications", "/api/v1/role-assignments"];

export function ApplicationState({ application }: { application: Application }) {
  return application.is_locked ? (
    <StatusIndicator type="stopped">{words.locked}</StatusIndicator>
  ) : (
    <StatusIndicator type="success">{words.active}</StatusIndicator>
  );
}

export function CreateApplication({ onClose }: { onClose: () => void }) {
  const groups = useRead("/api/v1/groups");
  return (
    <FormDialog
      title={words.create}
      fields={{
        name: { label: words.name },
        description: { label: words.descriptionOf, optional: true },
        group: {
          kind: "choice",
          label: words.group,
          of: [groups],
          choices: (groups.data?.items ?? []).map(({ id, name, description }) => ({
            value: id,
            label: name,
            description,
          })),
        },
      }}
      operation={(body) => ({
        title: words.create,
        name: body.name,
        touches: TOUCHES,
        change: change("post", "/api/v1/applications", { body }),
      })}
      onClose={onClose}
    />
  );
}

interface Props {
  application: Application;
  onClose: () => void;
}

export function EditApplication({ application, onClose }: Props) {
  return (
    <FormDialog
      title={words.edit}
      fields={{
        name: { label: words.name, initial: application.name },
        description: { label: words.descriptionOf, initial: application.description, optional: true },
      }}
      operation={(body) => ({
        title: words.edit,
        name: body.name,
        touches: TOUCHES,
        change: change("patch", "/api/v1/applications/{application}", {
          path: { application: application.id },
          body,
          revision: application.revision,
        }),
      })}
      onClose={onClose}
    />
  );
}

export function LockApplication({ application, onClose }: Props) {
  const [title, template] = application.is_locked
    ? ([words.unlock, "/api/v1/applications/{application}/unlock"] as const)
    : ([words.lock, "/api/v1/applications/{application}/lock"] as const);
  return (
    <OperationDialog
      operation={{
        title: words.of(title, application.name),
        name: application.name,
        touches: TOUCHES,
        change: change("post", template, { path: { application: application.id } }),
      }}
      onClose={onClose}
    />
  );
}

export function RemoveApplication({ application, onDone, onClose }: Props & { onDone: () => void }) {
  return (
    <OperationDialog
      operation={removal({
        title: words.of(words.remove, application.name),
        name: application.name,
        touches: TOUCHES,
        change: change("delete", "/api/v1/applications/{application}", {
          path: { application: application.id },
        }),
      })}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
