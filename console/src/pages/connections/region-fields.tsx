// The Regions of a connection, and how far its rights go there.
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";

import type { Schemas } from "../../api/client";
import { useRead } from "../../api/read";
import { ProblemAlert } from "../../notices/problem-alert";
import { text } from "../../text";
import type { Tier } from "./settings";

const words = text.connections;
const TIERS = ["observe", "import", "full"] as const;
const PARTITIONS = Object.entries(words.regions.partitions).map(([value, label]) => ({ value, label }));

export function TierField({ tier, onChange }: { tier: Tier; onChange: (tier: Tier) => void }) {
  return (
    <FormField label={words.tier.label} stretch>
      <Tiles
        value={tier}
        columns={3}
        items={TIERS.map((value) => ({
          value,
          label: words.tier.names[value],
          description: words.tier.help[value],
        }))}
        onChange={({ detail }) => onChange(detail.value as Tier)}
      />
    </FormField>
  );
}

interface ChoiceProps {
  regions: string[];
  known: Schemas["RegionView"][];
  isPending?: boolean;
  onChange: (regions: string[]) => void;
}

/** Picks Regions; the first one picked is the default. */
export function RegionChoice({ regions, known, isPending, onChange }: ChoiceProps) {
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
      label={words.regions.label}
      description={words.regions.help}
      constraintText={first === undefined ? undefined : words.regions.defaultRegion(first)}
    >
      <Multiselect
        selectedOptions={regions.map((region) => nameOf(region) ?? { value: region, label: region })}
        options={options}
        filteringType="auto"
        placeholder={words.regions.choose}
        statusType={isPending === true ? "loading" : "finished"}
        deselectAriaLabel={({ label }) => `${text.shell.remove} ${label ?? ""}`}
        onChange={({ detail }) => onChange(detail.selectedOptions.map(({ value }) => value ?? ""))}
      />
    </FormField>
  );
}

/** Regions of any partition: the account is not known yet. */
export function RegionFields({
  regions,
  onChange,
}: {
  regions: string[];
  onChange: (regions: string[]) => void;
}) {
  const [partition, setPartition] = useState("aws");
  const { data, isPending, error } = useRead("/api/v1/connections/regions", { query: { partition } });
  return (
    <SpaceBetween size="l">
      <FormField label={words.regions.partition}>
        <Select
          selectedOption={PARTITIONS.find(({ value }) => value === partition) ?? null}
          options={PARTITIONS}
          onChange={({ detail }) => {
            setPartition(detail.selectedOption.value ?? "aws");
            onChange([]);
          }}
        />
      </FormField>
      {error !== null && <ProblemAlert problem={error.problem} />}
      <RegionChoice
        regions={regions}
        known={(data?.regions ?? []).map((region) => ({ ...region, enabled: null }))}
        isPending={isPending}
        onChange={onChange}
      />
    </SpaceBetween>
  );
}
