// A key policy as text, with what is wrong with its form. What it says, the server checks.
import FormField from "@cloudscape-design/components/form-field";
import Textarea from "@cloudscape-design/components/textarea";

import { text } from "../text";
import { bytesOf, flawOf, POLICY_MAX } from "./policy-text";

const words = text.kmsKey.policy;
const ROWS = 22;

export function policyError(policy: string): string | undefined {
  const flaw = flawOf(policy);
  if (flaw !== undefined) return words.notJson(flaw);
  const bytes = bytesOf(policy);
  return bytes > POLICY_MAX ? words.tooLarge(bytes) : undefined;
}

interface Props {
  value: string;
  onChange: (policy: string) => void;
  errorText?: string | undefined;
}

export function PolicyField({ value, onChange, errorText }: Props) {
  return (
    <div className="code">
      <FormField stretch label={words.text} errorText={errorText} constraintText={words.size(bytesOf(value))}>
        <Textarea
          value={value}
          rows={ROWS}
          spellcheck={false}
          onChange={({ detail }) => onChange(detail.value)}
        />
      </FormField>
    </div>
  );
}
