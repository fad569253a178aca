// Scheduling a deletion in AWS, and cancelling it.
import Alert from "@cloudscape-design/components/alert";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { change } from "../../../api/change";
import { text } from "../../../text";
import { define, type FieldsProps } from "./definition";
import { DAYS_MAX, DAYS_MIN, daysOf } from "./days";
import { onlyIn } from "./fit";

const words = text.kmsKeys.operations;
const fields = text.kmsKeys.fields.deletion;
function Days({ value, onChange }: FieldsProps<string>) {
  return (
    <SpaceBetween size="m">
      <Alert type="warning">{fields.about}</Alert>
      <FormField
        label={fields.days}
        description={fields.daysHelp}
        errorText={daysOf(value) === undefined ? fields.daysWrong(DAYS_MIN, DAYS_MAX) : undefined}
      >
        <Input
          type="number"
          inputMode="numeric"
          value={value}
          onChange={({ detail }) => onChange(detail.value)}
        />
      </FormField>
    </SpaceBetween>
  );
}

export const scheduleDeletion = define<string>({
  id: "schedule-deletion",
  text: words.scheduleDeletion,
  of: true,
  unfit: onlyIn("ACTIVE", "INACTIVE", "REPLACED"),
  initial: () => String(DAYS_MAX),
  fields: Days,
  loses: true,
  one: ({ id }, typed) => {
    const days = daysOf(typed);
    if (days === undefined) return undefined;
    return change("post", "/api/v1/kms-keys/{kms_key}/schedule-deletion", {
      path: { kms_key: id },
      body: { days },
    });
  },
  many: (typed) => {
    const days = daysOf(typed);
    return days === undefined ? undefined : { operation: "schedule-deletion", schedule_deletion: { days } };
  },
});

const AFTERWARDS = ["as-keystore", "keep", "empty"] as const;
type Afterwards = (typeof AFTERWARDS)[number];

function After({ value, onChange }: FieldsProps<Afterwards>) {
  return (
    <FormField label={fields.afterwards} description={fields.afterwardsHelp}>
      <RadioGroup
        value={value}
        onChange={({ detail }) => onChange(AFTERWARDS.find((one) => one === detail.value) ?? value)}
        items={AFTERWARDS.map((one) => ({ value: one, ...fields.choices[one] }))}
      />
    </FormField>
  );
}

function bodyOf(value: Afterwards): { empty?: boolean } {
  return value === "as-keystore" ? {} : { empty: value === "empty" };
}

export const cancelDeletion = define<Afterwards>({
  id: "cancel-deletion",
  text: words.cancelDeletion,
  of: true,
  unfit: onlyIn("PENDING_DELETION"),
  initial: () => "as-keystore",
  fields: After,
  loses: (value) => value === "empty",
  one: ({ id }, value) =>
    change("post", "/api/v1/kms-keys/{kms_key}/cancel-deletion", {
      path: { kms_key: id },
      body: bodyOf(value),
    }),
  many: (value) => ({ operation: "cancel-deletion", cancel_deletion: bodyOf(value) }),
});
