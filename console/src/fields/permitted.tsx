// What applications may do with a key.
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";

import { text } from "../text";
import { choicesStatus } from "./choices-status";
import { possibleOperations, useSpecs } from "./specs";

const words = text.keys.permitted;

interface Props {
  /** Empty where it is not known. */
  spec: string;
  value: readonly string[];
  onChange: (value: string[]) => void;
  /** What none chosen means. */
  placeholder?: string;
}

export function PermittedField({ spec, value, onChange, placeholder }: Props) {
  const specs = useSpecs();
  const optionOf = (operation: string) => ({ value: operation, label: operation });
  return (
    <FormField label={words.label} description={words.help}>
      <Multiselect
        options={possibleOperations(specs.items, spec).map(optionOf)}
        selectedOptions={value.map(optionOf)}
        onChange={({ detail }) => onChange(detail.selectedOptions.map((option) => option.value ?? ""))}
        placeholder={placeholder ?? words.none}
        deselectAriaLabel={({ label }) => text.fields.remove(label ?? "")}
        expandToViewport
        {...choicesStatus(specs)}
      />
    </FormField>
  );
}
