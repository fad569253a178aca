// Makes keys of the vault the sources of KMS keys that are in AWS already.
import Alert from "@cloudscape-design/components/alert";
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Box from "@cloudscape-design/components/box";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { useAll } from "../../api/read";
import { choicesStatus } from "../../fields/choices-status";
import { FileText } from "../../fields/file-text";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { TOUCHES, type DialogProps } from "./dialog-props";
import { LeftPart } from "./left-part";
import { bindLines, LINES_MAX, readManifest, type BindingDraft } from "./manifest";

const words = text.keystores.bind;
const EMPTY: BindingDraft = { kmsKey: "", key: "", first: "" };

function Bound({ bindings: { bound, left } }: { bindings: Schemas["BindingsView"] }) {
  const title = words.would(bound.length);
  return (
    <SpaceBetween size="m">
      {bound.length === 0 ? (
        <Alert type="warning">{words.nothing}</Alert>
      ) : (
        <Table
          variant="embedded"
          contentDensity="compact"
          items={bound}
          trackBy="arn"
          header={<Header variant="h3">{title}</Header>}
          ariaLabels={{ tableLabel: title }}
          columnDefinitions={[
            { id: "kms-key", header: words.kmsKey, cell: ({ name }) => name, isRowHeader: true },
            { id: "status", header: text.keystores.adopt.status, cell: ({ status }) => status },
            { id: "versions", header: words.versions, cell: ({ versions }) => versions.join(", ") },
          ]}
        />
      )}
      <LeftPart left={left} />
    </SpaceBetween>
  );
}

interface LinesProps {
  lines: BindingDraft[];
  onChange: (lines: BindingDraft[]) => void;
}

function Lines({ lines, onChange }: LinesProps) {
  const keys = useAll("/api/v1/keys");
  const options = keys.items.map(({ name, spec }) => ({ value: name, label: name, description: spec }));
  const set = (index: number, part: Partial<BindingDraft>) =>
    onChange(lines.map((line, at) => (at === index ? { ...line, ...part } : line)));
  return (
    <AttributeEditor
      items={lines}
      addButtonText={words.add}
      removeButtonText={words.remove}
      removeButtonAriaLabel={({ kmsKey }: BindingDraft) => text.fields.remove(kmsKey)}
      disableAddButton={lines.length >= LINES_MAX}
      onAddButtonClick={() => onChange([...lines, EMPTY])}
      onRemoveButtonClick={({ detail }) => onChange(lines.filter((_, at) => at !== detail.itemIndex))}
      definition={[
        {
          label: words.kmsKey,
          constraintText: words.kmsKeyHelp,
          control: (line: BindingDraft, index) => (
            <Input value={line.kmsKey} onChange={({ detail }) => set(index, { kmsKey: detail.value })} />
          ),
        },
        {
          label: words.key,
          control: (line: BindingDraft, index) => (
            <Select
              selectedOption={line.key === "" ? null : { value: line.key, label: line.key }}
              options={options}
              {...choicesStatus(keys)}
              filteringType="auto"
              expandToViewport
              onChange={({ detail }) => set(index, { key: detail.selectedOption.value ?? "" })}
            />
          ),
        },
        {
          label: words.first,
          constraintText: words.firstHelp,
          control: (line: BindingDraft, index) => (
            <Input
              value={line.first}
              inputMode="numeric"
              onChange={({ detail }) => set(index, { first: detail.value })}
            />
          ),
        },
      ]}
    />
  );
}

export function BindDialog({ keystore, arns, onClose }: DialogProps & { arns: string[] }) {
  const [lines, setLines] = useState<BindingDraft[]>(
    arns.length === 0 ? [EMPTY] : arns.map((kmsKey) => ({ ...EMPTY, kmsKey })),
  );
  const title = words.title(keystore.name);
  const take = (manifest: string) => {
    const read = readManifest(manifest);
    if (typeof read === "number") return words.badLine(read);
    if (read.length > LINES_MAX) return words.tooMany(read.length);
    setLines(read);
    return undefined;
  };
  const bound = bindLines(lines);
  const operation =
    bound === undefined
      ? undefined
      : {
          title,
          name: keystore.name,
          change: change("post", "/api/v1/keystores/{keystore}/bind", {
            path: { keystore: keystore.id },
            body: { lines: bound },
          }),
          touches: TOUCHES,
          isWorth: (preview: unknown) => (preview as Schemas["BindingsView"]).bound.length > 0,
        };
  return (
    <OperationDialog
      operation={operation}
      title={title}
      fields={
        <SpaceBetween size="l">
          <Box>{words.detail}</Box>
          <FileText label={words.file} description={words.fileHelp} onText={take} />
          <Lines lines={lines} onChange={setLines} />
        </SpaceBetween>
      }
      render={(preview) => <Bound bindings={preview as Schemas["BindingsView"]} />}
      result={(answer) => <LeftPart left={(answer as Schemas["BindingsView"]).left} />}
      onClose={onClose}
    />
  );
}
