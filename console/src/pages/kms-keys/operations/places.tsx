// Replicas of multi-Region keys, and which place is the primary.
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import Select from "@cloudscape-design/components/select";

import { useRead } from "../../../api/read";
import { change } from "../../../api/change";
import { text } from "../../../text";
import { define, type FieldsProps } from "./definition";
import { enabled, multiRegion, onlyIn, replicated, unless } from "./fit";

const words = text.kmsKeys.operations;
const fields = text.kmsKeys.fields.places;

/** Regions of the keystores concerned in which not all of these have a place. */
function useFurther({ kmsKeys }: Pick<FieldsProps<unknown>, "kmsKeys">) {
  const { data, isPending, error } = useRead("/api/v1/keystores");
  const concerned = (data?.items ?? []).filter(({ id }) => kmsKeys.some(({ keystore }) => keystore === id));
  const all = [...new Set(concerned.flatMap(({ regions }) => regions))];
  const further = all.filter((region) => !kmsKeys.every(({ regions }) => regions.includes(region)));
  return { further, isPending, error };
}

function Further({ value, onChange, kmsKeys }: FieldsProps<string[]>) {
  const { further, isPending, error } = useFurther({ kmsKeys });
  const options = further.map((region) => ({ value: region, label: region }));
  return (
    <FormField label={fields.regions} description={fields.regionsHelp} errorText={error?.problem.detail}>
      <Multiselect
        options={options}
        selectedOptions={options.filter((option) => value.includes(option.value))}
        onChange={({ detail }) => onChange(detail.selectedOptions.map((option) => option.value ?? ""))}
        placeholder={fields.choose}
        statusType={isPending ? "loading" : "finished"}
        empty={fields.nowhere}
      />
    </FormField>
  );
}

export const replicate = define<string[]>({
  id: "replicate",
  text: words.replicate,
  unfit: unless(onlyIn("ACTIVE"), multiRegion, enabled),
  initial: () => [],
  fields: Further,
  one: ({ id }, regions) => {
    if (regions.length === 0) return undefined;
    return change("post", "/api/v1/kms-keys/{kms_key}/replicate", {
      path: { kms_key: id },
      body: { regions },
    });
  },
  many: (regions) => (regions.length === 0 ? undefined : { operation: "replicate", replicate: { regions } }),
});

function Primary({ value, onChange, kmsKeys }: FieldsProps<string>) {
  const [first] = kmsKeys;
  const replicas = [...new Set(kmsKeys.flatMap(({ regions }) => regions.slice(1)))];
  const options = replicas.map((region) => ({ value: region, label: region }));
  return (
    <FormField
      label={fields.primary}
      description={kmsKeys.length === 1 ? fields.primaryNow(first?.regions[0] ?? "") : undefined}
    >
      <Select
        options={options}
        selectedOption={options.find((option) => option.value === value) ?? null}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
        placeholder={fields.choose}
        empty={fields.nowhere}
      />
    </FormField>
  );
}

export const changePrimary = define<string>({
  id: "change-primary",
  text: words.changePrimary,
  of: true,
  unfit: unless(onlyIn("ACTIVE"), multiRegion, replicated, enabled),
  initial: () => "",
  fields: Primary,
  one: ({ id }, region) => {
    if (region === "") return undefined;
    return change("post", "/api/v1/kms-keys/{kms_key}/change-primary", {
      path: { kms_key: id },
      body: { region },
    });
  },
  many: (region) => (region === "" ? undefined : { operation: "change-primary", change_primary: { region } }),
});
