// What the KMS key is used for, where its spec permits several usages.
import FormField from "@cloudscape-design/components/form-field";

import { Choice } from "../../fields/choice";
import { usagesOf } from "../../fields/specs";
import { text } from "../../text";
import type { Filling } from "./filling";
import { specOf, usualUsage } from "./usage";

const words = text.upload.usage;

export function UsageField(filling: Filling) {
  const { draft, put, specs } = filling;
  const usages = usagesOf(specs, specOf(filling));
  if (usages.length < 2) return null;
  const usual = usualUsage(filling);
  const options = [
    { value: "", label: words.usual(usual === undefined ? undefined : words.of(usual)) },
    ...usages.map((value) => ({ value, label: words.of(value), description: value })),
  ];
  return (
    <FormField label={words.label} constraintText={words.help}>
      <Choice options={options} value={draft.usage} onChange={(usage) => put({ usage })} />
    </FormField>
  );
}
