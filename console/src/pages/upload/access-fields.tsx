// Who may use and administer the KMS key, picked from the account.
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Schemas } from "../../api/client";
import { useRead } from "../../api/read";
import { Several } from "../../fields/several";
import { accountOf, resourceOf } from "../../format/arn";
import { ProblemAlert } from "../../notices/problem-alert";
import { text } from "../../text";
import type { AccessWay } from "./draft";
import type { Filling } from "./filling";
import { OwnPolicy } from "./own-policy";

const words = text.upload.access;

/** The same of the account that the KMS key is in; of another one it is named whole. */
export function principalIn(arn: string, account: string | undefined): string {
  return account !== undefined && accountOf(arn) === account ? resourceOf(arn) : arn;
}

interface PrincipalsProps {
  label: string;
  description: string;
  known: Schemas["PrincipalsView"] | undefined;
  loading: boolean;
  values: readonly string[];
  onChange: (values: string[]) => void;
}

function Principals({ label, description, known, loading, values, onChange }: PrincipalsProps) {
  const optionOf = (arn: string) => ({ value: arn, label: resourceOf(arn) });
  const listed = new Set([...(known?.users ?? []), ...(known?.roles ?? [])]);
  return (
    <SpaceBetween size="s">
      <FormField label={label} description={description}>
        <Multiselect
          filteringType="auto"
          statusType={loading ? "loading" : "finished"}
          placeholder={words.choose}
          empty={words.none}
          options={[
            { label: words.users, options: (known?.users ?? []).map(optionOf) },
            { label: words.roles, options: (known?.roles ?? []).map(optionOf) },
          ]}
          selectedOptions={values.filter((arn) => listed.has(arn)).map(optionOf)}
          onChange={({ detail }) =>
            onChange([
              ...values.filter((arn) => !listed.has(arn)),
              ...detail.selectedOptions.map(({ value }) => value ?? ""),
            ])
          }
          deselectAriaLabel={(option) => text.fields.remove(option.label ?? "")}
          expandToViewport
        />
      </FormField>
      <Several
        label={words.others(label)}
        placeholder="arn:aws:iam::…"
        values={values.filter((arn) => !listed.has(arn))}
        onChange={(others) => onChange([...values.filter((arn) => listed.has(arn)), ...others])}
      />
    </SpaceBetween>
  );
}

function People({ draft, put, keystore }: Filling) {
  const { data, error, isFetching } = useRead(
    "/api/v1/connections/{connection}/principals",
    { path: { connection: keystore?.connection ?? "" } },
    { enabled: keystore !== undefined },
  );
  return (
    <SpaceBetween size="m">
      {error !== null && <ProblemAlert isRead problem={error.problem} />}
      <ColumnLayout columns={2}>
        <Principals
          label={words.keyUsers}
          description={words.keyUsersHelp}
          known={data}
          loading={isFetching}
          values={draft.users}
          onChange={(users) => put({ users })}
        />
        <Principals
          label={words.administrators}
          description={words.administratorsHelp}
          known={data}
          loading={isFetching}
          values={draft.administrators}
          onChange={(administrators) => put({ administrators })}
        />
      </ColumnLayout>
      <Checkbox checked={draft.mayDelete} onChange={({ detail }) => put({ mayDelete: detail.checked })}>
        {words.mayDelete}
      </Checkbox>
      <Several
        label={words.otherAccounts}
        description={words.otherAccountsHelp}
        placeholder="111122223333"
        values={draft.otherAccounts}
        onChange={(otherAccounts) => put({ otherAccounts })}
      />
    </SpaceBetween>
  );
}

export function AccessFields(filling: Filling) {
  const { draft, put } = filling;
  return (
    <SpaceBetween size="m">
      <FormField label={words.says}>
        <RadioGroup
          value={draft.accessWay}
          items={[...words.ways]}
          onChange={({ detail }) => put({ accessWay: detail.value as AccessWay })}
        />
      </FormField>
      {draft.accessWay === "policy" ? <OwnPolicy {...filling} /> : <People {...filling} />}
    </SpaceBetween>
  );
}
