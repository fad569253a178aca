// Regions of AWS among those that are known.
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";

import type { Schemas } from "../api/client";
import { text } from "../text";

const words = text.connections.regions;

interface Props {
  regions: string[];
  known: Schemas["RegionView"][];
  isPending?: boolean;
  onChange: (regions: string[]) => void;
}

/** Picks Regions; the first one picked is the default. */
export function RegionChoice({ regions, known, isPending, onChange }: Props) {
  const options = known.map(({ region, name, enabled }) => ({
    value: region,
    label: region,
    description: name,
    disabled: enabled === false,
  }));
  const nameOf = (region: string) => options.find(({ value }) => value === region);
  const [first] = regions;
  return (
    <FormField
      label={words.label}
      description={words.help}
      constraintText={first === undefined ? undefined : words.defaultRegion(first)}
    >
      <Multiselect
        selectedOptions={regions.map((region) => nameOf(region) ?? { value: region, label: region })}
        options={options}
        filteringType="auto"
        placeholder={words.choose}
        statusType={isPending === true ? "loading" : "finished"}
        deselectAriaLabel={({ label }) => `${text.shell.remove} ${label ?? ""}`}
        onChange={({ detail }) => onChange(detail.selectedOptions.map(({ value }) => value ?? ""))}
      />
    </FormField>
  );
}
