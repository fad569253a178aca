// A new key that the vault makes. Nothing goes to AWS.
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";

import { change } from "../../api/change";
import { Choice } from "../../fields/choice";
import { specOptions, useSpecs, usualOperations } from "../../fields/specs";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { useOwner } from "./groups";
import { KeyMade } from "./key-made";
import { isFit, NEW_KEY, newKeyOf, NewKeyFields } from "./new-key";
import { PermittedField } from "../../fields/permitted";

const words = text.keys.create;
const FIRST = "AES-256";

export function CreateDialog({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState(NEW_KEY);
  const [spec, setSpec] = useState(FIRST);
  const [permitted, setPermitted] = useState<string[]>();
  const specs = useSpecs();
  // What is shown is what is sent.
  const group = useOwner(draft.group);
  const operation = useMemo<Operation | undefined>(() => {
    if (!isFit(draft)) return undefined;
    const said = permitted === undefined ? {} : { permitted_operations: permitted };
    const body = { ...newKeyOf({ ...draft, group }), spec, ...said };
    return { title: words.title, name: body.name, change: change("post", "/api/v1/keys", { body }) };
  }, [draft, group, spec, permitted]);
  return (
    <OperationDialog
      operation={operation}
      title={words.title}
      onClose={onClose}
      result={(answer) => <KeyMade answer={answer} />}
      fields={
        <SpaceBetween size="m">
          <NewKeyFields value={draft} onChange={setDraft} />
          <FormField label={words.spec} description={text.upload.material.specHelp}>
            <Choice
              options={specOptions(specs.items)}
              value={spec}
              onChange={(chosen) => {
                setSpec(chosen);
                setPermitted(undefined);
              }}
              of={[specs]}
            />
          </FormField>
          <PermittedField
            spec={spec}
            value={permitted ?? usualOperations(specs.items, spec)}
            onChange={setPermitted}
          />
        </SpaceBetween>
      }
    />
  );
}
