// The group that owns what is made.
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";

import { useAll } from "../api/read";
import { text } from "../text";
import { choicesStatus } from "./choices-status";

const words = text.fields.group;

/** Asks for the owning group where there is more than one; says so where the groups cannot be read. */
export function GroupField({ group, onChange }: { group: string; onChange: (group: string) => void }) {
  const groups = useAll("/api/v1/groups");
  const { items, error } = groups;
  if (items.length < 2 && error === null) return null;
  const options = items.map(({ name, description }) => ({ value: name, label: name, description }));
  const usual = items.find((one) => one.is_default)?.name ?? words.default;
  const chosen = group === "" ? usual : group;
  return (
    <FormField label={words.label} description={words.help}>
      <Select
        selectedOption={options.find(({ value }) => value === chosen) ?? { value: chosen }}
        options={options}
        filteringType="auto"
        {...choicesStatus(groups)}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
