// Users and roles of an account, to choose from.
import FormField from "@cloudscape-design/components/form-field";
import Multiselect, { type MultiselectProps } from "@cloudscape-design/components/multiselect";

import { useRead } from "../../../api/read";
import { text } from "../../../text";

const words = text.kmsKey.policy;

interface Props {
  connection: string;
  label: string;
  description: string;
  /** ARNs. */
  chosen: string[];
  onChoose: (arns: string[]) => void;
}

function optionOf(arn: string): MultiselectProps.Option {
  return { value: arn, label: arn };
}

export function PrincipalsField({ connection, label, description, chosen, onChoose }: Props) {
  const { data, error, isPending } = useRead("/api/v1/connections/{connection}/principals", {
    path: { connection },
  });
  const known = [...(data?.users ?? []), ...(data?.roles ?? [])];
  const others = chosen.filter((arn) => !known.includes(arn));
  const options: MultiselectProps.OptionGroup[] = [
    { label: words.principalUsers, options: (data?.users ?? []).map(optionOf) },
    { label: words.principalRoles, options: (data?.roles ?? []).map(optionOf) },
    { label: words.otherAccounts, options: others.map(optionOf) },
  ];
  return (
    <FormField
      label={label}
      description={description}
      warningText={error === null ? undefined : words.noPrincipals}
    >
      <Multiselect
        options={options.filter((group) => group.options.length > 0)}
        selectedOptions={chosen.map(optionOf)}
        placeholder={words.choose}
        filteringType="auto"
        filteringPlaceholder={words.find}
        filteringAriaLabel={words.find}
        statusType={isPending ? "loading" : "finished"}
        loadingText={text.shell.loading}
        onChange={({ detail }) => onChoose(detail.selectedOptions.map(({ value }) => value ?? ""))}
      />
    </FormField>
  );
}
