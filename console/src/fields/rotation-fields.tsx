// When something rotates by itself, and how.
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { text } from "../text";
import { MomentField } from "./moment-field";
import { isPeriod, leavesOldKey, OTHER, PERIODS, type RotationDraft, type When } from "./rotation";

const words = text.fields.rotation;

interface Props {
  draft: RotationDraft;
  onChange: (draft: RotationDraft) => void;
  /** Whose rule can be taken over, if anybody's. */
  above?: "connection" | "keystore";
  /** An access key has no method: only when it rotates is asked. */
  isWhenOnly?: boolean;
  /** Why it cannot rotate in place, where it cannot. */
  unfit?: string | undefined;
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
        <FormField
          label={words.other}
          description={words.otherHelp}
          errorText={draft.other === "" || isPeriod(draft.other) ? undefined : words.otherWrong}
        >
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
      <SpaceBetween size="xxs">
        <MomentField
          value={draft.start}
          onChange={(start) => set({ start })}
          dateLabel={words.start}
          timeLabel={words.startTime}
          zoneLabel={words.timeZone}
        />
        <Box variant="small">{words.startHelp}</Box>
      </SpaceBetween>
    </SpaceBetween>
  );
}

function Method({ draft, set, unfit }: Part & Pick<Props, "unfit">) {
  return (
    <FormField label={words.method}>
      <RadioGroup
        value={draft.method}
        items={(["new-key", "in-place"] as const).map((value) => {
          const isUnfit = value === "in-place" && unfit !== undefined;
          const description = isUnfit ? unfit : words.methodHelp[value];
          return { value, label: words.methods[value], description, disabled: isUnfit };
        })}
        onChange={({ detail }) => set({ method: detail.value as RotationDraft["method"] })}
      />
    </FormField>
  );
}

/** How KMS keys rotate: by a rule, or this once. */
export function MethodFields({
  draft,
  set,
  isOnce,
  unfit,
}: Part & { isOnce?: boolean } & Pick<Props, "unfit">) {
  const isByRule = isOnce !== true;
  const isInPlace = draft.method === "in-place";
  return (
    <SpaceBetween size="l">
      <Method draft={draft} set={set} unfit={unfit} />
      {isInPlace && isByRule && (
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
      {(isByRule ? leavesOldKey(draft.method, draft.atBudget) : !isInPlace) && (
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
    </SpaceBetween>
  );
}

export function RotationFields({ draft, onChange, above, isWhenOnly, unfit }: Props) {
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
            ...(value === "inherit" ? { description: words.inheritHelp } : {}),
          }))}
          onChange={({ detail }) => set({ when: detail.value as When })}
        />
      </FormField>
      {isTimed && <Times draft={draft} set={set} />}
      {isTimed && isWhenOnly !== true && <MethodFields draft={draft} set={set} unfit={unfit} />}
    </SpaceBetween>
  );
}
