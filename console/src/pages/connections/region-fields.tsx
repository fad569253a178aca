// The Regions of a connection, and how far its rights go there.
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";

import { useRead } from "../../api/read";
import { RegionChoice } from "../../fields/region-choice";
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
      {error !== null && <ProblemAlert isRead problem={error.problem} />}
      <RegionChoice
        regions={regions}
        known={(data?.regions ?? []).map((region) => ({ ...region, enabled: null }))}
        isPending={isPending}
        onChange={onChange}
      />
    </SpaceBetween>
  );
}
