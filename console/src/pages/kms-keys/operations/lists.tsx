// Rows that somebody adds and removes: aliases, tags.
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Input from "@cloudscape-design/components/input";

import { text } from "../../../text";
import type { TagRow } from "./edited";

const fields = text.kmsKeys.fields.edit;

function replaced<T>(rows: readonly T[], index: number, row: T): T[] {
  return rows.map((before, at) => (at === index ? row : before));
}

function without<T>(rows: readonly T[], index: number): T[] {
  return rows.filter((_, at) => at !== index);
}

export function Aliases({ value, onChange }: { value: string[]; onChange: (value: string[]) => void }) {
  return (
    <AttributeEditor
      items={value}
      addButtonText={fields.addAlias}
      removeButtonText={text.shell.remove}
      removeButtonAriaLabel={(alias) => `${text.shell.remove} ${alias}`}
      empty={fields.noAliases}
      onAddButtonClick={() => onChange([...value, ""])}
      onRemoveButtonClick={({ detail }) => onChange(without(value, detail.itemIndex))}
      definition={[
        {
          label: fields.alias,
          control: (alias, index) => (
            <Input
              value={alias}
              onChange={({ detail }) => onChange(replaced(value, index, detail.value))}
              ariaLabel={`${fields.alias} ${index + 1}`}
            />
          ),
        },
      ]}
    />
  );
}

export function Tags({ value, onChange }: { value: TagRow[]; onChange: (value: TagRow[]) => void }) {
  const cell = (part: keyof TagRow, label: string) => (row: TagRow, index: number) => (
    <Input
      value={row[part]}
      onChange={({ detail }) => onChange(replaced(value, index, { ...row, [part]: detail.value }))}
      ariaLabel={`${label} ${index + 1}`}
    />
  );
  return (
    <AttributeEditor
      items={value}
      addButtonText={fields.addTag}
      removeButtonText={text.shell.remove}
      removeButtonAriaLabel={({ key }) => `${text.shell.remove} ${key}`}
      empty={fields.noTags}
      onAddButtonClick={() => onChange([...value, { key: "", value: "" }])}
      onRemoveButtonClick={({ detail }) => onChange(without(value, detail.itemIndex))}
      definition={[
        { label: fields.tagKey, control: cell("key", fields.tagKey) },
        { label: fields.tagValue, control: cell("value", fields.tagValue) },
      ]}
    />
  );
}
