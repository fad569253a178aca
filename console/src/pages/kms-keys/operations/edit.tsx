// Changing what a KMS key is called, says of itself, and until when it holds its material.
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";

import { change } from "../../../api/change";
import { isPeriod } from "../../../fields/native-days";
import { TagsField } from "../../../fields/tags-field";
import { text } from "../../../text";
import { define, type FieldsProps } from "./definition";
import { EditManyFields } from "./edit-many";
import { ValidityField } from "./validity-field";
import { editedOf, updateOf, type Edited } from "./edited";
import { onlyIn } from "./fit";
import { Aliases } from "./aliases";
import { manyOf, NOTHING, type EditedMany } from "./edited-many";

const fields = text.kmsKeys.fields.edit;

function Fields({ value, onChange, kmsKeys: [key] }: FieldsProps<Edited>) {
  const set = (part: Partial<Edited>) => onChange({ ...value, ...part });
  return (
    <SpaceBetween size="m">
      <FormField label={fields.name} description={fields.nameHelp}>
        <Input value={value.name} onChange={({ detail }) => set({ name: detail.value })} />
      </FormField>
      <FormField label={fields.description}>
        <Textarea
          value={value.description}
          rows={2}
          onChange={({ detail }) => set({ description: detail.value })}
        />
      </FormField>
      <FormField label={fields.aliases} description={fields.aliasesHelp} stretch>
        <Aliases value={value.aliases} onChange={(aliases) => set({ aliases })} />
      </FormField>
      <FormField label={fields.tags} stretch>
        <TagsField tags={value.tags} onChange={(tags) => set({ tags })} />
      </FormField>
      {key?.origin === "EXTERNAL" && <ValidityField now={key.expires_at} value={value} set={set} />}
      {key?.origin === "AWS_KMS" && (
        <FormField
          label={fields.nativeDays}
          description={fields.nativeDaysHelp}
          errorText={isPeriod(value.nativeDays) ? undefined : fields.nativeDaysWrong}
        >
          <Input
            type="number"
            inputMode="numeric"
            value={value.nativeDays}
            onChange={({ detail }) => set({ nativeDays: detail.value })}
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}

const unfit = onlyIn("ACTIVE", "INACTIVE");

const editOne = define<Edited>({
  id: "edit",
  text: text.kmsKeys.operations.edit,
  unfit,
  initial: ([key]) => {
    if (key === undefined) throw new Error("one KMS key is edited");
    return editedOf(key);
  },
  fields: Fields,
  revised: true,
  one: (key, edited) => {
    const body = updateOf(key, edited);
    if (body === undefined) return undefined;
    const { id, revision } = key;
    return change("patch", "/api/v1/kms-keys/{kms_key}", { path: { kms_key: id }, body, revision });
  },
});

const editMany = define<EditedMany>({
  id: "edit",
  text: text.kmsKeys.operations.edit,
  unfit,
  initial: () => NOTHING,
  fields: EditManyFields,
  one: () => undefined,
  many: (edited) => {
    const update = manyOf(edited);
    return update === undefined ? undefined : { operation: "update", update };
  },
});

export const edit = { ...editOne, Many: editMany.Many };
