// Bringing AWS back to what is wanted, in part or in whole.
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { change } from "../../../api/change";
import type { Schemas } from "../../../api/client";
import { text } from "../../../text";
import { define, type FieldsProps } from "./definition";
import { onlyIn } from "./fit";

const fields = text.kmsKeys.fields.synchronize;
type Choices = Required<{ [K in keyof Schemas["SynchronizeRequest"]]: boolean }>;

function Fields({ value, onChange }: FieldsProps<Choices>) {
  return (
    <FormField label={fields.label} description={fields.help}>
      <SpaceBetween size="xs">
        <Checkbox
          checked={value.update_policy}
          onChange={({ detail }) => onChange({ ...value, update_policy: detail.checked })}
          description={fields.policyHelp}
        >
          {fields.policy}
        </Checkbox>
        <Checkbox
          checked={value.import_material}
          disabled={value.delete_material}
          onChange={({ detail }) => onChange({ ...value, import_material: detail.checked })}
          description={fields.importHelp}
        >
          {fields.import}
        </Checkbox>
        <Checkbox
          checked={value.delete_material}
          onChange={({ detail }) =>
            onChange({ ...value, delete_material: detail.checked, import_material: !detail.checked })
          }
          description={fields.deleteHelp}
        >
          {fields.delete}
        </Checkbox>
        {value.delete_material && <Alert type="warning">{fields.deletes}</Alert>}
      </SpaceBetween>
    </FormField>
  );
}

export const synchronize = define<Choices>({
  id: "synchronize",
  text: text.kmsKeys.operations.synchronize,
  unfit: onlyIn("ACTIVE", "REPLACED"),
  initial: () => ({ update_policy: true, import_material: true, delete_material: false }),
  fields: Fields,
  loses: ({ delete_material: deletes }) => deletes,
  one: ({ id }, body) =>
    change("post", "/api/v1/kms-keys/{kms_key}/synchronize", { path: { kms_key: id }, body }),
  many: (body) => ({ operation: "synchronize", synchronize: body }),
});
