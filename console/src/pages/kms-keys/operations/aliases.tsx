// Aliases: rows that somebody adds and removes.
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Input from "@cloudscape-design/components/input";

import { text } from "../../../text";

const fields = text.kmsKeys.fields.edit;

export function Aliases({ value, onChange }: { value: string[]; onChange: (value: string[]) => void }) {
  return (
    <AttributeEditor
      items={value}
      addButtonText={fields.addAlias}
      removeButtonText={text.shell.remove}
      removeButtonAriaLabel={(alias) => `${text.shell.remove} ${alias}`}
      empty={fields.noAliases}
      onAddButtonClick={() => onChange([...value, ""])}
      onRemoveButtonClick={({ detail }) => onChange(value.toSpliced(detail.itemIndex, 1))}
      definition={[
        {
          label: fields.alias,
          control: (alias, index) => (
            <Input
              value={alias}
              onChange={({ detail }) => onChange(value.with(index, detail.value))}
              ariaLabel={`${fields.alias} ${index + 1}`}
            />
          ),
        },
      ]}
    />
  );
}
