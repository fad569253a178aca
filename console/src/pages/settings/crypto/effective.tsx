// What holds in the installation or in one group.
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { useRead, type All } from "../../../api/read";
import { choicesStatus } from "../../../fields/choices-status";
import { Loaded } from "../../../notices/loaded";
import { text } from "../../../text";
import { EffectView } from "./effect";

const words = text.settings.crypto;

export function Effective({ groups }: { groups: All<{ id: string; name: string }> }) {
  const [group, setGroup] = useState("");
  const query = group === "" ? {} : { group };
  const effect = useRead("/api/v1/crypto-policies/effective", { query });
  const options = [
    { value: "", label: words.installation },
    ...groups.items.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <Container
      header={
        <Header variant="h2" description={words.effectiveDetail}>
          {words.effective}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FormField label={words.effectiveFor}>
          <Select
            options={options}
            {...choicesStatus(groups)}
            selectedOption={options.find(({ value }) => value === group) ?? null}
            onChange={({ detail }) => setGroup(detail.selectedOption.value ?? "")}
          />
        </FormField>
        <Loaded of={effect}>{(data) => <EffectView effect={data} />}</Loaded>
      </SpaceBetween>
    </Container>
  );
}
