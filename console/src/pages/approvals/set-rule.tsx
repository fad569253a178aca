// Making a rule, or changing it.
import Alert from "@cloudscape-design/components/alert";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";

import { useRead } from "../../api/read";
import { choicesStatus } from "../../fields/choices-status";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { setting, type Fields, type Rule } from "./rule";

const words = text.approvals.rules;

const CLASSES = Object.keys(words.classes).map((value) => ({
  value,
  label: words.classes[value] ?? value,
  description: words.meanings[value] ?? "",
}));

interface FormProps {
  fields: Fields;
  set: (changed: Partial<Fields>) => void;
}

function GroupField({ fields, set }: FormProps) {
  const groups = useRead("/api/v1/groups");
  const options = [
    { value: "", label: words.installation },
    ...(groups.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <FormField label={words.columns.group} description={words.groupHelp}>
      <Select
        selectedOption={options.find(({ value }) => value === fields.group) ?? null}
        options={options}
        filteringType="auto"
        {...choicesStatus(groups)}
        onChange={({ detail }) => set({ group: detail.selectedOption.value ?? "" })}
      />
    </FormField>
  );
}

function Form({ fields, set }: FormProps) {
  return (
    <SpaceBetween size="l">
      <FormField label={words.columns.class}>
        <Select
          selectedOption={CLASSES.find(({ value }) => value === fields.class) ?? null}
          options={CLASSES}
          onChange={({ detail }) => set({ class: detail.selectedOption.value ?? fields.class })}
        />
      </FormField>
      <GroupField fields={fields} set={set} />
      <ColumnLayout columns={2}>
        <FormField label={words.columns.approvers} constraintText={words.approversHelp}>
          <Input
            type="number"
            inputMode="numeric"
            value={fields.approvers}
            onChange={({ detail }) => set({ approvers: detail.value })}
          />
        </FormField>
        <FormField label={words.columns.hours} constraintText={words.hoursHelp}>
          <Input
            type="number"
            inputMode="numeric"
            value={fields.hours}
            onChange={({ detail }) => set({ hours: detail.value })}
          />
        </FormField>
      </ColumnLayout>
    </SpaceBetween>
  );
}

const USUAL: Fields = { class: "destructive", group: "", approvers: "1", hours: "" };

function fieldsOf(rule: Rule): Fields {
  return {
    class: rule.class,
    group: rule.group ?? "",
    approvers: String(rule.approvers),
    hours: String(rule.hours),
  };
}

function Tried({ rule }: { rule: Rule }) {
  const where = rule.group_name ?? words.installation;
  return (
    <Alert type="info">
      {words.wouldSet(rule.approvers, words.classes[rule.class] ?? rule.class, where, rule.hours)}
    </Alert>
  );
}

/** Begins with the rule that is chosen, if any. */
export function SetRule({ chosen, onClose }: { chosen: Rule | undefined; onClose: () => void }) {
  const [fields, setFields] = useState(() => (chosen === undefined ? USUAL : fieldsOf(chosen)));
  const operation = useMemo(() => setting(fields), [fields]);
  return (
    <OperationDialog
      operation={operation}
      title={words.set}
      fields={<Form fields={fields} set={(changed) => setFields((before) => ({ ...before, ...changed }))} />}
      render={(answer) => <Tried rule={answer as Rule} />}
      onClose={onClose}
    />
  );
}
