// Adding a webhook or mailboxes that are told of alerts.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import Tiles from "@cloudscape-design/components/tiles";
import { useMemo, useState } from "react";

import type { Schemas } from "../../api/client";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { addition, EMPTY, type Fields } from "./destination";
import { MailFields } from "./mail-fields";

const words = text.alerts.destinations;
const SEVERITIES: Schemas["Severity"][] = ["info", "warning", "critical"];

export interface FieldsProps {
  fields: Fields;
  set: (changed: Partial<Fields>) => void;
}

function WebhookFields({ fields, set }: FieldsProps) {
  return (
    <FormField label={words.url} description={words.urlHelp}>
      <Input
        value={fields.url}
        placeholder="https://hooks.example.org/keyferry"
        onChange={({ detail }) => set({ url: detail.value })}
      />
    </FormField>
  );
}

function SeverityField({ fields, set }: FieldsProps) {
  const options = SEVERITIES.map((value) => ({ value, label: text.alerts.severities[value] }));
  return (
    <FormField label={words.severity} description={words.severityHelp}>
      <Select
        selectedOption={options.find(({ value }) => value === fields.severity) ?? null}
        options={options}
        onChange={({ detail }) => set({ severity: detail.selectedOption.value as Schemas["Severity"] })}
      />
    </FormField>
  );
}

function Form({ fields, set }: FieldsProps) {
  return (
    <SpaceBetween size="l">
      <Tiles
        value={fields.kind}
        ariaLabel={words.columns.kind}
        items={[
          { value: "webhook", label: words.kinds.webhook, description: words.webhookDetail },
          { value: "mail", label: words.kinds.mail, description: words.mailDetail },
        ]}
        onChange={({ detail }) => set({ kind: detail.value === "mail" ? "mail" : "webhook" })}
      />
      <FormField label={words.columns.name}>
        <Input value={fields.name} onChange={({ detail }) => set({ name: detail.value })} />
      </FormField>
      {fields.kind === "webhook" ? (
        <WebhookFields fields={fields} set={set} />
      ) : (
        <MailFields fields={fields} set={set} />
      )}
      <SeverityField fields={fields} set={set} />
      <ExpandableSection headerText={words.trust}>
        <FormField label={words.bundle} description={words.bundleHelp}>
          <Textarea value={fields.bundle} rows={4} onChange={({ detail }) => set({ bundle: detail.value })} />
        </FormField>
      </ExpandableSection>
    </SpaceBetween>
  );
}

/** The one answer that shows what a webhook is signed with. */
function Added({ answer }: { answer: Schemas["AddedDestinationView"] }) {
  const { destination, signing_secret: secret } = answer;
  if (secret == null) return <Alert type="success">{words.added(destination.name)}</Alert>;
  return (
    <Alert type="success" header={words.added(destination.name)}>
      <SpaceBetween size="xs">
        {words.secretOnce}
        <CopyToClipboard
          variant="inline"
          textToCopy={secret}
          textToDisplay={secret}
          copyButtonAriaLabel={words.copySecret}
          copySuccessText={text.shell.copied}
          copyErrorText={text.shell.copyFailed}
        />
      </SpaceBetween>
    </Alert>
  );
}

function Tried({ answer }: { answer: Schemas["AddedDestinationView"] }) {
  const { name, address, severity } = answer.destination;
  return <Box>{words.wouldAdd(name, address, text.alerts.severities[severity])}</Box>;
}

export function AddDestination({ onClose }: { onClose: () => void }) {
  const [fields, setFields] = useState(EMPTY);
  const operation = useMemo(() => addition(fields), [fields]);
  return (
    <OperationDialog
      operation={operation}
      title={words.add}
      fields={<Form fields={fields} set={(changed) => setFields((before) => ({ ...before, ...changed }))} />}
      render={(answer) => <Tried answer={answer as Schemas["AddedDestinationView"]} />}
      result={(answer) => <Added answer={answer as Schemas["AddedDestinationView"]} />}
      onClose={onClose}
    />
  );
}
