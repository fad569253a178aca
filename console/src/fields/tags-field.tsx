// Tags: rows of a key and a value, which somebody adds and removes.
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Input from "@cloudscape-design/components/input";

import { text } from "../text";
import { keyFault, valueFault, type Tag, type TagFault } from "./tags";

const words = text.fields.tags;

function told(fault: TagFault | undefined): string | undefined {
  return fault === undefined ? undefined : words.faults[fault];
}

interface Props {
  tags: readonly Tag[];
  onChange: (tags: Tag[]) => void;
}

export function TagsField({ tags, onChange }: Props) {
  const control = (part: keyof Tag, label: string) => (tag: Tag, index: number) => (
    <Input
      value={tag[part]}
      onChange={({ detail }) => onChange(tags.with(index, { ...tag, [part]: detail.value }))}
      ariaLabel={`${label} ${index + 1}`}
    />
  );
  return (
    <AttributeEditor<Tag>
      items={tags}
      empty={words.none}
      addButtonText={words.add}
      removeButtonText={text.shell.remove}
      removeButtonAriaLabel={({ key }) => text.fields.remove(key)}
      onAddButtonClick={() => onChange([...tags, { key: "", value: "" }])}
      onRemoveButtonClick={({ detail }) => onChange(tags.toSpliced(detail.itemIndex, 1))}
      definition={[
        {
          label: words.key,
          control: control("key", words.key),
          errorText: (_, index) => told(keyFault(tags, index)),
        },
        {
          label: words.value,
          control: control("value", words.value),
          errorText: (tag) => told(valueFault(tag)),
        },
      ]}
    />
  );
}
