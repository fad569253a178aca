// How something rotates by itself: as what is above it, never, or by a rule of its own.
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { text } from "../text";
import { Choice } from "./choice";
import { MomentField } from "./moment-field";
import type { RotationDraft, RotationKind } from "./rotation";

const words = text.inputs.rotation;
const PERIODS = ["30d", "90d", "6mo", "1y"] as const;
const OTHER = "other";

interface Props {
  value: RotationDraft;
  onChange: (value: RotationDraft) => void;
  label: string;
  kinds: { value: RotationKind; label: string; description?: string }[];
  /** What holds for the rotation of KMS keys is asked too. */
  ofKmsKeys: boolean;
}

function Period({ every, onChange }: { every: string; onChange: (every: string) => void }) {
  const usual = PERIODS.find((period) => period === every);
  const options = [
    ...PERIODS.map((value) => ({ value: value, label: words.periods[value] })),
    { value: OTHER, label: words.other },
  ];
  return (
    <SpaceBetween size="s">
      <FormField label={words.every}>
        <Choice
          options={options}
          value={usual ?? OTHER}
          onChange={(value) => onChange(value === OTHER ? "" : value)}
        />
      </FormField>
      {usual === undefined && (
        <FormField label={words.period} constraintText={words.periodForm}>
          <Input value={every} onChange={({ detail }) => onChange(detail.value)} />
        </FormField>
      )}
    </SpaceBetween>
  );
}

function OfKmsKeys({ value, onChange }: Pick<Props, "value" | "onChange">) {
  return (
    <ColumnLayout columns={3}>
      <FormField label={words.method} constraintText={words.methodHelp}>
        <Choice
          options={words.methods}
          value={value.method}
          onChange={(method) => onChange({ ...value, method })}
        />
      </FormField>
      <FormField label={words.oldKey} constraintText={words.oldKeyHelp}>
        <Choice
          options={words.oldKeys}
          value={value.oldKey}
          onChange={(oldKey) => onChange({ ...value, oldKey })}
        />
      </FormField>
      <FormField label={words.atBudget} constraintText={words.atBudgetHelp}>
        <Choice
          options={words.atBudgets}
          value={value.atBudget}
          onChange={(atBudget) => onChange({ ...value, atBudget })}
        />
      </FormField>
    </ColumnLayout>
  );
}

export function RotationFields({ value, onChange, label, kinds, ofKmsKeys }: Props) {
  return (
    <SpaceBetween size="m">
      <FormField label={label}>
        <RadioGroup
          value={value.kind}
          items={kinds}
          onChange={({ detail }) => onChange({ ...value, kind: detail.value as RotationKind })}
        />
      </FormField>
      {value.kind === "custom" && (
        <SpaceBetween size="m">
          <Period every={value.every} onChange={(every) => onChange({ ...value, every })} />
          <Checkbox
            checked={value.starts}
            description={words.startsHelp}
            onChange={({ detail }) => onChange({ ...value, starts: detail.checked })}
          >
            {words.starts}
          </Checkbox>
          {value.starts && (
            <MomentField
              value={value.start}
              onChange={(start) => onChange({ ...value, start })}
              dateLabel={words.startDate}
              timeLabel={words.startTime}
              zoneLabel={words.startZone}
            />
          )}
          {ofKmsKeys && <OfKmsKeys value={value} onChange={onChange} />}
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
