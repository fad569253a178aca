// The steps of creating a keystore.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";

import { useAll } from "../../api/read";
import { GroupField } from "../../fields/group-field";
import { RotationFields } from "../../fields/rotation-fields";
import { ProblemAlert } from "../../notices/problem-alert";
import { RegionChoice } from "../../fields/region-choice";
import { text } from "../../text";
import type { KeystoreDraft } from "./keystore";
import { PolicyFields } from "./policy-fields";
import { TemplateFields } from "./template-fields";

const words = text.keystores;

export interface StepProps {
  draft: KeystoreDraft;
  set: (part: Partial<KeystoreDraft>) => void;
}

export function DetailsStep({ draft, set }: StepProps) {
  return (
    <Container>
      <SpaceBetween size="l">
        <FormField label={words.wizard.name} description={words.wizard.nameHelp}>
          <Input value={draft.name} onChange={({ detail }) => set({ name: detail.value })} />
        </FormField>
        <FormField label={words.wizard.description}>
          <Textarea
            value={draft.description}
            rows={2}
            onChange={({ detail }) => set({ description: detail.value })}
          />
        </FormField>
        <GroupField group={draft.group} onChange={(group) => set({ group })} />
      </SpaceBetween>
    </Container>
  );
}

export function ConnectionStep({ draft, set }: StepProps) {
  const { items, error, isPending, refetch } = useAll("/api/v1/connections");
  const options = items.map((one) => ({
    value: one.name,
    label: one.name,
    description: `${one.account ?? text.states.link[one.health.state]}, ${one.regions.join(", ")}`,
  }));
  const chosen = items.find(({ name }) => name === draft.connection);
  return (
    <Container>
      <SpaceBetween size="l">
        {error !== null && <ProblemAlert isRead problem={error.problem} />}
        <FormField
          label={words.wizard.pick}
          secondaryControl={<Button iconName="refresh" ariaLabel={words.wizard.refresh} onClick={refetch} />}
        >
          <Select
            selectedOption={options.find(({ value }) => value === draft.connection) ?? null}
            options={options}
            placeholder={words.wizard.pickPlaceholder}
            empty={words.wizard.noConnections}
            statusType={isPending ? "loading" : "finished"}
            filteringType="auto"
            onChange={({ detail }) => {
              const connection = detail.selectedOption.value ?? "";
              const regions = items.find(({ name }) => name === connection)?.regions ?? [];
              set({ connection, regions });
            }}
          />
        </FormField>
        <Alert
          type="info"
          action={
            <Button href="/connections/add" target="_blank" iconName="external" iconAlign="right">
              {words.wizard.addConnection}
            </Button>
          }
        >
          {words.wizard.addConnectionHelp}
        </Alert>
        {chosen !== undefined && (
          <RegionChoice
            regions={draft.regions}
            known={chosen.regions.map((region) => ({ region, name: "", in_use: true }))}
            onChange={(regions) => set({ regions })}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}

export function TemplateStep({ draft, set }: StepProps) {
  return (
    <SpaceBetween size="l">
      <Container>
        <KeyValuePairs items={[{ label: words.columns.backend, value: words.backends.software }]} />
      </Container>
      <Container header={<Header description={words.template.detail}>{words.template.title}</Header>}>
        <TemplateFields draft={draft.template} onChange={(template) => set({ template })} />
      </Container>
    </SpaceBetween>
  );
}

export function ScheduleStep({ draft, set }: StepProps) {
  return (
    <SpaceBetween size="l">
      <Container header={<Header description={words.rotation.detail}>{words.rotation.title}</Header>}>
        <RotationFields
          draft={draft.rotation}
          above="connection"
          onChange={(rotation) => set({ rotation })}
        />
      </Container>
      <Container header={<Header>{words.policies.title}</Header>}>
        <PolicyFields policies={draft.policies} onChange={(policies) => set({ policies })} />
      </Container>
    </SpaceBetween>
  );
}
