// Changes what is kept of a key. Nothing goes to AWS.
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";

import { change, type Change } from "../../api/change";
import { useLooked } from "../../fields/looked";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import type { Key } from "./columns";
import { PermittedField } from "../../fields/permitted";
import { isCount, VersionsMaxField } from "../../fields/versions-max";

const words = text.keys.edit;

/** Consent to the destruction of versions goes into the request itself. */
function withName(name: string) {
  return (asked: Change): Change => ({ ...asked, body: { ...(asked.body as object), confirm_name: name } });
}

export function EditDialog({ of: now, onClose }: { of: Key; onClose: () => void }) {
  const of = useLooked(now, "/api/v1/keys");
  const [name, setName] = useState(of.name);
  const [description, setDescription] = useState(of.description);
  const [versionsMax, setVersionsMax] = useState(String(of.active_versions_max));
  const [permitted, setPermitted] = useState(of.permitted_operations ?? []);
  const [destroys, setDestroys] = useState(of.destroy_after_deletion ?? false);
  const operation = useMemo<Operation | undefined>(() => {
    if (name.trim() === "" || !isCount(versionsMax)) return undefined;
    const isSwitchedOn = destroys && of.destroy_after_deletion !== true;
    const body = {
      name: name.trim(),
      description,
      active_versions_max: Number(versionsMax),
      permitted_operations: permitted,
      destroy_after_deletion: destroys,
    };
    return {
      title: words.title(of.name),
      name: of.name,
      ...(isSwitchedOn ? { loses: true, confirmed: withName(of.name) } : {}),
      change: change("patch", "/api/v1/keys/{key}", { path: { key: of.id }, body, revision: of.revision }),
    };
  }, [of, name, description, versionsMax, permitted, destroys]);
  return (
    <OperationDialog
      operation={operation}
      title={words.title(of.name)}
      onClose={onClose}
      fields={
        <SpaceBetween size="m">
          <ColumnLayout columns={2}>
            <FormField label={text.keys.newKey.name}>
              <Input value={name} onChange={({ detail }) => setName(detail.value)} />
            </FormField>
            <VersionsMaxField value={versionsMax} onChange={setVersionsMax} />
          </ColumnLayout>
          <FormField label={text.keys.newKey.description}>
            <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
          </FormField>
          <PermittedField spec={of.spec} value={permitted} onChange={setPermitted} />
          <Checkbox
            checked={destroys}
            description={words.destroysHelp}
            onChange={({ detail }) => setDestroys(detail.checked)}
          >
            {words.destroys}
          </Checkbox>
        </SpaceBetween>
      }
    />
  );
}
