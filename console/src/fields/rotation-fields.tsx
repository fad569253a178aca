// When something rotates by itself, and how.
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { text } from "../text";
import { OTHER, PERIODS, type RotationDraft, type When } from "./rotation";
import { TimeZoneField } from "./time-zone-field";

const words = text.fields.rotation;

interface Props {
  draft: RotationDraft;
  onChange: (draft: RotationDraft) => void;
  /** Whose rule can be taken over, if anybody's. */
  above?: "connection" | "keystore";
  /** An access key has no method: only when it rotates is asked. */
  isWhenOnly?: boolean;
}

interface Part {
  draft: RotationDraft;
  set: (part: Partial<RotationDraft>) => void;
}

function Period({ draft, set }: Part) {
  const options = [
    ...PERIODS.map((value) => ({ value: value, label: words.periods[value] })),
    { value: OTHER, label: words.other },
  ];
  return (
    <SpaceBetween size="l">
      <FormField label={words.period}>
        <Select
          selectedOption={options.find(({ value }) => value === draft.period) ?? null}
          options={options}
          onChange={({ detail }) => set({ period: detail.selectedOption.value ?? OTHER })}
        />
      </FormField>
      {draft.period === OTHER && (
        <FormField label={words.other} description={words.otherHelp}>
          <Input value={draft.other} onChange={({ detail }) => set({ other: detail.value })} />
        </FormField>
      )}
    </SpaceBetween>
  );
}

function Times({ draft, set }: Part) {
  return (
    <SpaceBetween size="l">
      {draft.when === "cron" ? (
        <FormField label={words.cron} description={words.cronHelp}>
          <Input value={draft.cron} onChange={({ detail }) => set({ cron: detail.value })} />
        </FormField>
      ) : (
        <Period draft={draft} set={set} />
      )}
      <FormField label={words.start} description={words.startHelp}>
        <Input value={draft.start} onChange={({ detail }) => set({ start: detail.value })} />
      </FormField>
      <TimeZoneField
        label={words.timeZone}
        description={words.timeZoneHelp}
        zone={draft.timeZone}
        onChange={(timeZone) => set({ timeZone })}
      />
    </SpaceBetween>
  );
}

/** How KMS keys rotate. */
export function MethodFields({ draft, set, isOnce }: Part & { isOnce?: boolean }) {
  return (
    <SpaceBetween size="l">
      <FormField label={words.method}>
        <RadioGroup
          value={draft.method}
          items={(["new-key", "in-place"] as const).map((value) => ({
            value,
            label: words.methods[value],
            description: words.methodHelp[value],
          }))}
          onChange={({ detail }) => set({ method: detail.value as RotationDraft["method"] })}
        />
      </FormField>
      {draft.method === "new-key" && (
        <FormField label={words.oldKey}>
          <RadioGroup
            value={draft.oldKey}
            items={(["keep-enabled", "disable", "deactivate"] as const).map((value) => ({
              value,
              label: words.oldKeys[value],
            }))}
            onChange={({ detail }) => set({ oldKey: detail.value as RotationDraft["oldKey"] })}
          />
        </FormField>
      )}
      {draft.method === "in-place" && isOnce !== true && (
        <FormField label={words.atBudget}>
          <RadioGroup
            value={draft.atBudget}
            items={(["switch-method", "block"] as const).map((value) => ({
              value,
              label: words.atBudgets[value],
            }))}
            onChange={({ detail }) => set({ atBudget: detail.value as RotationDraft["atBudget"] })}
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}

export function RotationFields({ draft, onChange, above, isWhenOnly }: Props) {
  const set = (part: Partial<RotationDraft>) => onChange({ ...draft, ...part });
  const whens: When[] = [...(above === undefined ? [] : ["inherit" as const]), "never", "every", "cron"];
  const isTimed = draft.when === "every" || draft.when === "cron";
  return (
    <SpaceBetween size="l">
      <FormField label={words.when}>
        <RadioGroup
          value={draft.when}
          items={whens.map((value) => ({
            value,
            label: value === "inherit" && above !== undefined ? words.inherit[above] : words.whens[value],
          }))}
          onChange={({ detail }) => set({ when: detail.value as When })}
        />
      </FormField>
      {isTimed && <Times draft={draft} set={set} />}
      {isTimed && isWhenOnly !== true && <MethodFields draft={draft} set={set} />}
    </SpaceBetween>
  );
}
