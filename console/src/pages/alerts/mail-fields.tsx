// What has to be said of mailboxes and their server.
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";

import type { Schemas } from "../../api/client";
import { text } from "../../text";
import type { FieldsProps } from "./add-destination";
import { isPort } from "../../fields/port";

const words = text.alerts.destinations;
const SECURITIES: Schemas["MailSecurity"][] = ["tls", "starttls", "none"];

function ServerFields({ fields, set }: FieldsProps) {
  const options = SECURITIES.map((value) => ({ value, label: words.securities[value] }));
  return (
    <ColumnLayout columns={3}>
      <FormField label={words.host}>
        <Input value={fields.host} onChange={({ detail }) => set({ host: detail.value })} />
      </FormField>
      <FormField label={words.security}>
        <Select
          selectedOption={options.find(({ value }) => value === fields.security) ?? null}
          options={options}
          onChange={({ detail }) => set({ security: detail.selectedOption.value as Schemas["MailSecurity"] })}
        />
      </FormField>
      <FormField
        label={words.port}
        constraintText={words.portHelp}
        errorText={isPort(fields.port) ? undefined : text.fields.portWrong}
      >
        <Input
          value={fields.port}
          type="number"
          inputMode="numeric"
          onChange={({ detail }) => set({ port: detail.value })}
        />
      </FormField>
    </ColumnLayout>
  );
}

export function MailFields({ fields, set }: FieldsProps) {
  return (
    <SpaceBetween size="l">
      <ServerFields fields={fields} set={set} />
      <ColumnLayout columns={2}>
        <FormField label={words.from}>
          <Input value={fields.from} onChange={({ detail }) => set({ from: detail.value })} />
        </FormField>
        <FormField label={words.columns.to} constraintText={words.toHelp}>
          <Textarea value={fields.to} rows={2} onChange={({ detail }) => set({ to: detail.value })} />
        </FormField>
        <FormField label={words.user} constraintText={words.userHelp}>
          <Input
            value={fields.user}
            autoComplete="off"
            onChange={({ detail }) => set({ user: detail.value })}
          />
        </FormField>
        <FormField label={words.password}>
          <Input
            value={fields.password}
            type="password"
            autoComplete="new-password"
            onChange={({ detail }) => set({ password: detail.value })}
          />
        </FormField>
      </ColumnLayout>
    </SpaceBetween>
  );
}
