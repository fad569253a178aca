// Where the key material comes from: four ways.
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";

import { Choice } from "../../fields/choice";
import { specOptions, useSpecs } from "../../fields/specs";
import { isPeriod } from "../../fields/native-days";
import { KeyFileField, ReadingFields } from "../../fields/key-file-fields";
import { ProblemAlert } from "../../notices/problem-alert";
import { text } from "../../text";
import { makesKey, type Draft, type Way } from "./draft";
import type { Filling } from "./filling";
import { NewKeyFields } from "./new-key";

const words = text.upload.material;

function Spec({ draft, put, keystore }: Filling) {
  const specs = useSpecs();
  const template = keystore?.template.spec;
  const options = [{ value: "", label: words.templateSpec(template) }, ...specOptions(specs.items)];
  return (
    <FormField label={words.spec} description={words.specHelp}>
      <Choice options={options} value={draft.spec} onChange={(spec) => put({ spec })} of={[specs]} />
    </FormField>
  );
}

/** A new key that the vault makes. */
function NewKey(filling: Filling) {
  return (
    <SpaceBetween size="m">
      <Spec {...filling} />
      <NewKeyFields {...filling} />
    </SpaceBetween>
  );
}

function Existing({ draft, put, keys, groupName, lacks }: Filling) {
  const chosen = keys.items.find(({ id }) => id === draft.key);
  return (
    <SpaceBetween size="m">
      {keys.error !== null && <ProblemAlert isRead problem={keys.error.problem} />}
      <FormField
        label={words.key}
        description={words.keyHelp}
        errorText={lacks.includes("key") ? text.fields.required : undefined}
      >
        <Choice
          options={keys.items.map((key) => ({
            value: key.id,
            label: key.name,
            description: `${key.spec} · ${groupName(key.group)}`,
          }))}
          value={draft.key}
          onChange={(key) => put({ key })}
          placeholder={words.chooseKey}
          loading={keys.isPending}
          empty={words.noKeys}
          many
        />
      </FormField>
      {chosen !== undefined && (
        <KeyValuePairs
          columns={4}
          items={[
            { label: words.name, value: chosen.name },
            { label: words.spec, value: chosen.spec },
            { label: words.version, value: chosen.current_version },
            { label: words.group, value: groupName(chosen.group) },
          ]}
        />
      )}
    </SpaceBetween>
  );
}

function FromFile(filling: Filling) {
  const { draft, put, keystore, lacks, file, onFile } = filling;
  return (
    <SpaceBetween size="m">
      <KeyFileField
        file={file}
        onFile={onFile}
        errorText={lacks.includes("file") ? words.fileNeeded : undefined}
      />
      <ReadingFields
        reading={draft.reading}
        onChange={(reading) => put({ reading })}
        group={keystore?.group}
        errorText={lacks.includes("wrapped-by") ? text.fields.required : undefined}
      />
      <FormField label={words.keep}>
        <RadioGroup
          value={draft.keep}
          items={[...words.keeps]}
          onChange={({ detail }) => put({ keep: detail.value as Draft["keep"] })}
        />
      </FormField>
      {makesKey(draft) && <NewKeyFields {...filling} />}
    </SpaceBetween>
  );
}

function InAws(filling: Filling) {
  const { draft, put } = filling;
  return (
    <SpaceBetween size="m">
      <Spec {...filling} />
      <FormField
        label={words.nativeDays}
        description={words.nativeDaysHelp}
        constraintText={words.nativeDaysForm}
        errorText={isPeriod(draft.nativeDays) ? undefined : text.kmsKeys.fields.edit.nativeDaysWrong}
      >
        <Input
          type="number"
          inputMode="numeric"
          value={draft.nativeDays}
          onChange={({ detail }) => put({ nativeDays: detail.value })}
        />
      </FormField>
    </SpaceBetween>
  );
}

const FIELDS: Record<Way, (filling: Filling) => React.ReactNode> = {
  create: NewKey,
  existing: Existing,
  file: FromFile,
  aws: InAws,
};

export function Material(filling: Filling) {
  const { draft, put } = filling;
  const Fields = FIELDS[draft.way];
  return (
    <Container header={<Header variant="h2">{words.title}</Header>}>
      <SpaceBetween size="l">
        <Tiles
          value={draft.way}
          columns={4}
          items={[...words.ways]}
          ariaLabel={words.title}
          onChange={({ detail }) => put({ way: detail.value as Way })}
        />
        <Fields {...filling} />
      </SpaceBetween>
    </Container>
  );
}
