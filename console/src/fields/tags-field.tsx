// Tags as pairs of names and values.
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Input from "@cloudscape-design/components/input";

import { text } from "../text";

const words = text.fields.tags;

export interface Tag {
  key: string;
  value: string;
}

export function tagsOf(tags: Record<string, string>): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

/** Tags as the API takes them; lines without a name are none. */
export function taggedWith(tags: Tag[]): Record<string, string> {
  return Object.fromEntries(
    tags.filter(({ key }) => key.trim() !== "").map(({ key, value }) => [key.trim(), value]),
  );
}

export function TagsField({ tags, onChange }: { tags: Tag[]; onChange: (tags: Tag[]) => void }) {
  const set = (index: number, part: Partial<Tag>) =>
    onChange(tags.map((tag, at) => (at === index ? { ...tag, ...part } : tag)));
  return (
    <AttributeEditor
      items={tags}
      empty={words.empty}
      addButtonText={words.add}
      removeButtonText={words.remove}
      removeButtonAriaLabel={({ key }) => `${words.remove} ${key}`}
      onAddButtonClick={() => onChange([...tags, { key: "", value: "" }])}
      onRemoveButtonClick={({ detail }) => onChange(tags.filter((_, at) => at !== detail.itemIndex))}
      definition={[
        {
          label: words.key,
          control: (tag: Tag, index) => (
            <Input value={tag.key} onChange={({ detail }) => set(index, { key: detail.value })} />
          ),
        },
        {
          label: words.value,
          control: (tag: Tag, index) => (
            <Input value={tag.value} onChange={({ detail }) => set(index, { value: detail.value })} />
          ),
        },
      ]}
    />
  );
}
