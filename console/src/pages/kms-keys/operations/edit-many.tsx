// The fields for changing many KMS keys at once: names and aliases are changed one by one.
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";

import { TagsField } from "../../../fields/tags-field";
import { text } from "../../../text";
import type { FieldsProps } from "./definition";
import type { EditedMany } from "./edited-many";

const fields = text.kmsKeys.fields.edit;

export function EditManyFields({ value, onChange }: FieldsProps<EditedMany>) {
  const set = (part: Partial<EditedMany>) => onChange({ ...value, ...part });
  return (
    <SpaceBetween size="m">
      <FormField label={fields.setTags} stretch>
        <TagsField tags={value.tags} onChange={(tags) => set({ tags })} />
      </FormField>
      <FormField label={fields.removedTags} description={fields.removedTagsHelp}>
        <Input value={value.removedTags} onChange={({ detail }) => set({ removedTags: detail.value })} />
      </FormField>
      <Checkbox
        checked={value.setsDescription}
        onChange={({ detail }) => set({ setsDescription: detail.checked })}
      >
        {fields.setsDescription}
      </Checkbox>
      {value.setsDescription && (
        <FormField label={fields.description}>
          <Textarea
            value={value.description}
            rows={2}
            onChange={({ detail }) => set({ description: detail.value })}
          />
        </FormField>
      )}
      <Checkbox
        checked={value.fromTemplate}
        onChange={({ detail }) => set({ fromTemplate: detail.checked })}
        description={fields.fromTemplateHelp}
      >
        {fields.fromTemplate}
      </Checkbox>
    </SpaceBetween>
  );
}
