// What applications may do with a key.
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";

import { text } from "../text";

const words = text.keys.permitted;

const SYMMETRIC = ["encrypt", "decrypt", "wrap", "unwrap"];
const SIGNING = ["sign", "verify"];
const MAC = ["generate-mac", "verify-mac"];

/** Everything that keys of a spec can; of any where it is not known. */
export function possible(spec: string): string[] {
  if (spec === "") return [...SYMMETRIC, ...SIGNING, ...MAC];
  if (spec.startsWith("AES")) return SYMMETRIC;
  if (spec.startsWith("HMAC")) return MAC;
  if (spec.startsWith("RSA")) return [...SYMMETRIC, ...SIGNING];
  return SIGNING;
}

/** What can be chosen: keys that unwrap for applications may also be kept for key files. */
function choices(spec: string): string[] {
  const all = possible(spec);
  return all.includes("unwrap") ? [...all, "unwrap-file"] : all;
}

interface Props {
  spec: string;
  value: readonly string[];
  onChange: (value: string[]) => void;
  /** What none chosen means. */
  placeholder?: string;
}

export function PermittedField({ spec, value, onChange, placeholder }: Props) {
  const optionOf = (operation: string) => ({ value: operation, label: operation });
  return (
    <FormField label={words.label} description={words.help}>
      <Multiselect
        options={choices(spec).map(optionOf)}
        selectedOptions={value.map(optionOf)}
        onChange={({ detail }) => onChange(detail.selectedOptions.map((option) => option.value ?? ""))}
        placeholder={placeholder ?? words.none}
        deselectAriaLabel={({ label }) => text.fields.remove(label ?? "")}
        expandToViewport
      />
    </FormField>
  );
}
