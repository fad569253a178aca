// Tags: rows of a key and a value.
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Input from "@cloudscape-design/components/input";

import { text } from "../text";

const words = text.inputs.tags;

export interface Tag {
  key: string;
  value: string;
}

/** As the server takes them; rows without a key are none. */
export function tagsOf(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(tags.filter(({ key }) => key !== "").map(({ key, value }) => [key, value]));
}

export function TagsField({ tags, onChange }: { tags: readonly Tag[]; onChange: (tags: Tag[]) => void }) {
  const put = (index: number, part: Partial<Tag>) =>
    onChange(tags.map((tag, at) => (at === index ? { ...tag, ...part } : tag)));
  return (
    <AttributeEditor<Tag>
      items={tags}
      addButtonText={words.add}
      removeButtonText={text.shell.remove}
      removeButtonAriaLabel={({ key }) => words.remove(key)}
      empty={words.none}
      onAddButtonClick={() => onChange([...tags, { key: "", value: "" }])}
      onRemoveButtonClick={({ detail }) => onChange(tags.filter((_, at) => at !== detail.itemIndex))}
      definition={[
        {
          label: words.key,
          control: ({ key }, index) => (
            <Input value={key} onChange={({ detail }) => put(index, { key: detail.value })} />
          ),
        },
        {
          label: words.value,
          control: ({ value }, index) => (
            <Input value={value} onChange={({ detail }) => put(index, { value: detail.value })} />
          ),
        },
      ]}
    />
  );
}
