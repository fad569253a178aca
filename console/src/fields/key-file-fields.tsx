// A key file, how it is read, and under which key it is wrapped.
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FileUpload from "@cloudscape-design/components/file-upload";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { useAll } from "../api/read";
import { ProblemAlert } from "../notices/problem-alert";
import { text } from "../text";
import { Choice } from "./choice";
import { specOptions, useSpecs } from "./specs";
import { readKeyFile, type KeyFile, type Reading } from "./key-file";

const words = text.fields.keyFile;
const UNWRAPS = new Set(["unwrap-file", "unwrap"]);

interface FileProps {
  file: KeyFile | undefined;
  onFile: (file: KeyFile | undefined) => void;
  errorText?: string | undefined;
}

export function KeyFileField({ file, onFile, errorText }: FileProps) {
  const [unfit, setUnfit] = useState<string>();
  const take = async ([chosen]: File[]) => {
    setUnfit(undefined);
    const read = chosen === undefined ? undefined : await readKeyFile(chosen);
    if (typeof read === "string") setUnfit(read === "empty" ? words.empty : words.tooLarge);
    onFile(typeof read === "string" ? undefined : read);
  };
  return (
    <FormField label={words.label} description={words.help}>
      <FileUpload
        // Only its name is shown: its bytes were read once, and are not asked for again.
        value={file === undefined ? [] : [new File([], file.name)]}
        onChange={({ detail }) => void take(detail.value)}
        errorText={unfit ?? errorText}
        i18nStrings={{
          uploadButtonText: () => words.choose,
          dropzoneText: () => words.choose,
          removeFileAriaLabel: () => words.remove(file?.name ?? ""),
          limitShowFewer: text.shell.close,
          limitShowMore: text.shell.confirm,
          errorIconAriaLabel: words.label,
        }}
      />
    </FormField>
  );
}

interface Props {
  reading: Reading;
  onChange: (reading: Reading) => void;
  /** The group whose keys may unwrap it; every group's where it is not known yet. */
  group?: string | undefined;
  errorText?: string | undefined;
}

/** Under which key of the vault the file was wrapped. */
function Wrapped({ reading, onChange, group, errorText }: Props) {
  const keys = useAll("/api/v1/keys");
  const wrappers = keys.items.filter(
    (key) =>
      (group === undefined || key.group === group) &&
      (key.permitted_operations?.some((operation) => UNWRAPS.has(operation)) ?? false),
  );
  return (
    <SpaceBetween size="s">
      {keys.error !== null && <ProblemAlert isRead problem={keys.error.problem} />}
      <ColumnLayout columns={2}>
        <FormField label={words.wrappedBy} constraintText={words.wrappedByHelp} errorText={errorText}>
          <Choice
            options={wrappers.map(({ id, name, spec }) => ({ value: id, label: name, description: spec }))}
            value={reading.wrappedBy}
            onChange={(wrappedBy) => onChange({ ...reading, wrappedBy })}
            loading={keys.isPending}
            empty={words.noWrappers}
            many
          />
        </FormField>
        <FormField label={words.wrapping}>
          <Choice
            options={words.wrappings}
            value={reading.wrapping}
            onChange={(wrapping) => onChange({ ...reading, wrapping })}
          />
        </FormField>
      </ColumnLayout>
    </SpaceBetween>
  );
}

export function ReadingFields(props: Props) {
  const { reading, onChange } = props;
  const specs = useSpecs();
  const options = [{ value: "", label: words.anySpec }, ...specOptions(specs.items)];
  return (
    <SpaceBetween size="m">
      <ColumnLayout columns={2}>
        <FormField label={words.format} description={words.formatHelp}>
          <Choice
            options={words.formats}
            value={reading.format}
            onChange={(format) => onChange({ ...reading, format })}
          />
        </FormField>
        <FormField label={words.spec} description={words.specHelp}>
          <Choice
            options={options}
            value={reading.spec}
            onChange={(spec) => onChange({ ...reading, spec })}
            of={[specs]}
          />
        </FormField>
      </ColumnLayout>
      <Checkbox
        checked={reading.isWrapped}
        description={words.encryptedHelp}
        onChange={({ detail }) => onChange({ ...reading, isWrapped: detail.checked })}
      >
        {words.encrypted}
      </Checkbox>
      {reading.isWrapped && <Wrapped {...props} />}
    </SpaceBetween>
  );
}
