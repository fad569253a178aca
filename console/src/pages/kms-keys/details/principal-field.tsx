// One principal: a user or role of the account, or any ARN that is typed.
import Autosuggest from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import type { ReactNode } from "react";

import { useRead } from "../../../api/read";
import { text } from "../../../text";

const words = text.kmsKey;

interface Props {
  connection: string;
  label: ReactNode;
  description: string;
  errorText: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

export function PrincipalField({ connection, label, description, errorText, value, onChange }: Props) {
  const { data } = useRead("/api/v1/connections/{connection}/principals", { path: { connection } });
  const known = [...(data?.roles ?? []), ...(data?.users ?? [])];
  return (
    <FormField label={label} description={description} errorText={errorText}>
      <Autosuggest
        value={value}
        options={known.map((arn) => ({ value: arn }))}
        enteredTextLabel={words.grants.use}
        onChange={({ detail }) => onChange(detail.value)}
      />
    </FormField>
  );
}
