// What new KMS keys of a keystore look like.
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";

import { FileText } from "../../fields/file-text";
import { choicesStatus } from "../../fields/choices-status";
import { specOptions, usagesOf, useSpecs } from "../../fields/specs";
import { MomentField } from "../../fields/moment-field";
import { TagsField } from "../../fields/tags-field";
import { text } from "../../text";
import { daysProblem, endProblem, isJson, type TemplateDraft } from "./template";

const words = text.keystores.template;
const ROWS = 6;

interface Props {
  draft: TemplateDraft;
  onChange: (draft: TemplateDraft) => void;
}

interface Part {
  draft: TemplateDraft;
  set: (part: Partial<TemplateDraft>) => void;
}

function optionsOf(values: readonly string[]) {
  return values.map((value) => ({ value, label: value }));
}

function Spec({ draft, set }: Part) {
  const specs = useSpecs();
  return (
    <SpaceBetween size="l">
      <FormField label={words.spec}>
        <Select
          selectedOption={{ value: draft.spec, label: draft.spec }}
          options={specOptions(specs.items)}
          {...choicesStatus(specs)}
          onChange={({ detail }) => {
            const spec = detail.selectedOption.value ?? "";
            const [usage] = usagesOf(specs.items, spec);
            set({ spec, ...(usage === undefined ? {} : { usage }) });
          }}
        />
      </FormField>
      <FormField label={words.usage}>
        <Select
          selectedOption={{ value: draft.usage, label: draft.usage }}
          options={optionsOf(usagesOf(specs.items, draft.spec))}
          {...choicesStatus(specs)}
          onChange={({ detail }) => set({ usage: detail.selectedOption.value ?? "" })}
        />
      </FormField>
    </SpaceBetween>
  );
}

function Policy({ draft, set }: Part) {
  const take = (policy: string) => {
    set({ policy });
    return isJson(policy) ? undefined : words.notJson;
  };
  return (
    <SpaceBetween size="l">
      <FileText label={words.policyFile} accept=".json" onText={take} />
      <FormField
        label={words.policy}
        description={words.policyHelp}
        errorText={isJson(draft.policy) ? undefined : words.notJson}
      >
        <Textarea
          value={draft.policy}
          rows={ROWS}
          spellcheck={false}
          onChange={({ detail }) => set({ policy: detail.value })}
        />
      </FormField>
    </SpaceBetween>
  );
}

export function TemplateFields({ draft, onChange }: Props) {
  const set = (part: Partial<TemplateDraft>) => onChange({ ...draft, ...part });
  return (
    <SpaceBetween size="l">
      <Spec draft={draft} set={set} />
      <FormField label={words.description}>
        <Input value={draft.description} onChange={({ detail }) => set({ description: detail.value })} />
      </FormField>
      <FormField label={words.tags} stretch>
        <TagsField tags={draft.tags} onChange={(tags) => set({ tags })} />
      </FormField>
      <Policy draft={draft} set={set} />
      <Checkbox
        checked={draft.isMultiRegion}
        onChange={({ detail }) => set({ isMultiRegion: detail.checked })}
      >
        {words.multiRegion}
      </Checkbox>
      <MomentField
        value={draft.end}
        onChange={(end) => set({ end })}
        dateLabel={words.expires}
        timeLabel={words.time}
        zoneLabel={words.timeZone}
        errorText={endProblem(draft)}
      />
      <FormField label={words.days} description={words.daysHelp} errorText={daysProblem(draft)}>
        <Input
          value={draft.days}
          inputMode="numeric"
          onChange={({ detail }) => set({ days: detail.value })}
        />
      </FormField>
    </SpaceBetween>
  );
}
