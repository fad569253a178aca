// The fields of a rotation schedule.
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Schemas } from "../../../api/client";
import { text } from "../../../text";
import type { FieldsProps } from "./definition";
import { rotatesInPlace } from "./fit";
import { MomentField, ZoneField } from "./moment-field";
import { OLD_KEYS } from "./rotate";
import { WHEN, type Schedule } from "./schedule-request";

const words = text.kmsKeys.fields;
const fields = words.schedule;

const AT_BUDGET: Schemas["AtBudget"][] = ["switch-method", "block"];
const UNITS = Object.entries(fields.units).map(([value, label]) => ({ value, label }));

interface Part {
  value: Schedule;
  set: (part: Partial<Schedule>) => void;
}

function Period({ value, set }: Part) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <FormField label={fields.every}>
        <Input
          type="number"
          inputMode="numeric"
          value={value.count}
          onChange={({ detail }) => set({ count: detail.value })}
        />
      </FormField>
      <FormField label={fields.unit}>
        <Select
          options={UNITS}
          selectedOption={UNITS.find((unit) => unit.value === value.unit) ?? null}
          onChange={({ detail }) => set({ unit: detail.selectedOption.value ?? "d" })}
        />
      </FormField>
    </SpaceBetween>
  );
}

function Cron({ value, set }: Part) {
  return (
    <SpaceBetween size="xs">
      <FormField label={fields.cron} description={fields.cronHelp}>
        <Input value={value.cron} onChange={({ detail }) => set({ cron: detail.value })} />
      </FormField>
      <ZoneField zone={value.start.zone} onChange={(zone) => set({ start: { ...value.start, zone } })} />
    </SpaceBetween>
  );
}

function How({ value, set, unfit }: Part & { unfit: string | undefined }) {
  const methods = (["in-place", "new-key"] as const).map((method) => ({
    value: method,
    label: words.rotate.methods[method].label,
    ...(method === "in-place" && unfit !== undefined ? { disabled: true, description: unfit } : {}),
  }));
  const olds = OLD_KEYS.map((old) => ({ value: old, label: words.rotate.oldKeys[old].label }));
  const budgets = AT_BUDGET.map((one) => ({ value: one, label: fields.atBudgets[one] }));
  return (
    <SpaceBetween size="m">
      <FormField label={words.rotate.method}>
        <RadioGroup
          value={value.method}
          items={methods}
          onChange={({ detail }) => set({ method: detail.value as Schemas["RotationMethod"] })}
        />
      </FormField>
      <FormField label={words.rotate.oldKey} description={fields.oldKeyHelp}>
        <Select
          options={olds}
          selectedOption={olds.find((one) => one.value === value.oldKey) ?? null}
          onChange={({ detail }) => set({ oldKey: detail.selectedOption.value as Schemas["OldKey"] })}
        />
      </FormField>
      {value.method === "in-place" && (
        <FormField label={fields.atBudget}>
          <Select
            options={budgets}
            selectedOption={budgets.find((one) => one.value === value.atBudget) ?? null}
            onChange={({ detail }) => set({ atBudget: detail.selectedOption.value as Schemas["AtBudget"] })}
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}

export function ScheduleFields({ value, onChange, kmsKeys: [key] }: FieldsProps<Schedule>) {
  const set = (part: Partial<Schedule>) => onChange({ ...value, ...part });
  const unfit = key === undefined ? undefined : rotatesInPlace(key);
  return (
    <SpaceBetween size="m">
      <FormField label={fields.when}>
        <RadioGroup
          value={value.when}
          items={WHEN.map((when) => ({ value: when, ...fields.choices[when] }))}
          onChange={({ detail }) => set({ when: WHEN.find((one) => one === detail.value) ?? value.when })}
        />
      </FormField>
      {value.when === "every" && (
        <SpaceBetween size="m">
          <Period value={value} set={set} />
          <MomentField
            label={fields.start}
            description={fields.startHelp}
            value={value.start}
            onChange={(start) => set({ start })}
          />
        </SpaceBetween>
      )}
      {value.when === "cron" && <Cron value={value} set={set} />}
      {(value.when === "every" || value.when === "cron") && <How value={value} set={set} unfit={unfit} />}
    </SpaceBetween>
  );
}
