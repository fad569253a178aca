// How many versions of a key may be active at once.
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";

import { text } from "../text";

const words = text.keys.newKey;

/** Nothing said leaves it to the server, where that is possible. */
export function isCount(said: string): boolean {
  return /^[1-9]\d*$/.test(said);
}

interface Props {
  value: string;
  onChange: (value: string) => void;
  description?: string;
}

export function VersionsMaxField({ value, onChange, description }: Props) {
  const isWrong = value !== "" && !isCount(value);
  return (
    <FormField
      label={words.versionsMax}
      description={description}
      errorText={isWrong ? words.versionsWrong : undefined}
    >
      <Input
        type="number"
        inputMode="numeric"
        value={value}
        onChange={({ detail }) => onChange(detail.value)}
      />
    </FormField>
  );
}
