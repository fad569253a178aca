// Which of AWS's endpoints is called. The Region gives the address; whoever writes another has a custom one.
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useRead } from "../../api/read";
import { text } from "../../text";
import type { EndpointDraft } from "./settings";

const words = text.connections.endpoint;
const KINDS = (["standard", "fips", "vpc", "custom"] as const).map((value) => ({
  value,
  label: words.kinds[value],
}));

interface Props {
  draft: EndpointDraft;
  regions: string[];
  onChange: (draft: EndpointDraft) => void;
}

/** The address of KMS in the default Region. */
function useRegionUrl(kind: EndpointDraft["kind"], regions: string[]): string {
  const endpoint = kind === "fips" ? "fips" : "standard";
  const { data } = useRead(
    "/api/v1/connections/hosts",
    { query: { regions: regions[0] ?? "", endpoint } },
    { enabled: regions.length > 0 },
  );
  const host = data?.hosts[0]?.name;
  return host === undefined ? "" : `https://${host}`;
}

function Url({ draft, regions, onChange }: Props) {
  const isCustom = draft.kind === "custom";
  const regionUrl = useRegionUrl(draft.kind, regions);
  return (
    <FormField
      label={isCustom ? words.urlCustom : words.url}
      description={words.urlHelp}
      secondaryControl={
        isCustom ? (
          <Button onClick={() => onChange({ ...draft, kind: "standard", url: "" })}>{words.useRegion}</Button>
        ) : undefined
      }
    >
      <Input
        value={isCustom ? draft.url : regionUrl}
        onChange={({ detail }) => onChange({ ...draft, kind: "custom", url: detail.value })}
        spellcheck={false}
      />
    </FormField>
  );
}

export function EndpointFields(props: Props) {
  const { draft, onChange } = props;
  return (
    <SpaceBetween size="l">
      <FormField label={words.label}>
        <Select
          selectedOption={KINDS.find(({ value }) => value === draft.kind) ?? null}
          options={KINDS}
          onChange={({ detail }) =>
            onChange({ ...draft, kind: detail.selectedOption.value as EndpointDraft["kind"] })
          }
        />
      </FormField>
      {draft.kind === "vpc" ? (
        <FormField label={words.host}>
          <Input
            value={draft.host}
            onChange={({ detail }) => onChange({ ...draft, host: detail.value })}
            spellcheck={false}
          />
        </FormField>
      ) : (
        <Url {...props} />
      )}
    </SpaceBetween>
  );
}
