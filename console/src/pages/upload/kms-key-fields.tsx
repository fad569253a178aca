// The KMS key to be made: where, and what it is called.
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { Choice } from "../../fields/choice";
import { Several } from "../../fields/several";
import { ProblemAlert } from "../../notices/problem-alert";
import { text } from "../../text";
import type { Filling } from "./filling";

const words = text.upload.kmsKey;
const [ENABLED, DISABLED] = ["enabled", "disabled"];

function Where({ draft, put, keystores, keystore, lacks }: Filling) {
  const regions = keystore?.regions ?? [];
  return (
    <ColumnLayout columns={2}>
      <FormField
        label={words.keystore}
        constraintText={words.keystoreHelp}
        errorText={lacks.includes("keystore") ? text.fields.required : undefined}
      >
        <Choice
          options={keystores.items.map(({ id, name, connection_name, group_name }) => ({
            value: id,
            label: name,
            description: `${connection_name} · ${group_name ?? ""}`,
          }))}
          value={draft.keystore}
          onChange={(chosen) =>
            put({ keystore: chosen, regions: [], users: [], administrators: [], multiRegion: undefined })
          }
          placeholder={words.chooseKeystore}
          loading={keystores.isPending}
          empty={words.noKeystores}
          many
        />
      </FormField>
      <FormField label={words.regions} constraintText={words.regionsHelp(regions[0])}>
        <Multiselect
          disabled={keystore === undefined}
          placeholder={words.usualRegion}
          options={regions.map((region) => ({ value: region, label: region }))}
          selectedOptions={draft.regions.map((region) => ({ value: region, label: region }))}
          onChange={({ detail }) => {
            const chosen = detail.selectedOptions.map(({ value }) => value ?? "");
            put({ regions: chosen, ...(chosen.length > 1 ? { multiRegion: true } : {}) });
          }}
          deselectAriaLabel={({ label }) => text.fields.remove(label ?? "")}
          expandToViewport
        />
      </FormField>
    </ColumnLayout>
  );
}

export function KmsKeyFields(filling: Filling) {
  const { draft, put, keystores, keystore, keys, lacks } = filling;
  const usual = draft.way === "existing" ? keys.items.find(({ id }) => id === draft.key)?.name : undefined;
  return (
    <Container header={<Header variant="h2">{words.title}</Header>}>
      <SpaceBetween size="m">
        {keystores.error !== null && <ProblemAlert problem={keystores.error.problem} />}
        <Where {...filling} />
        <ColumnLayout columns={2}>
          <FormField
            label={words.name}
            description={draft.way === "existing" ? words.nameOfExisting : words.nameHelp}
            errorText={lacks.includes("name") ? text.fields.required : undefined}
          >
            <Input
              value={draft.name}
              onChange={({ detail }) => put({ name: detail.value })}
              {...(usual === undefined ? {} : { placeholder: usual })}
            />
          </FormField>
          <Several
            label={words.aliases}
            description={words.aliasesHelp}
            values={draft.aliases}
            onChange={(aliases) => put({ aliases })}
          />
        </ColumnLayout>
        <FormField label={words.description}>
          <Input
            value={draft.description}
            onChange={({ detail }) => put({ description: detail.value })}
            placeholder={keystore?.template.description ?? ""}
          />
        </FormField>
        <ColumnLayout columns={2}>
          <FormField label={words.state}>
            <RadioGroup
              value={draft.enabled ? ENABLED : DISABLED}
              items={[
                { value: ENABLED, label: words.enabled },
                { value: DISABLED, label: words.disabled, description: words.disabledHelp },
              ]}
              onChange={({ detail }) => put({ enabled: detail.value === ENABLED })}
            />
          </FormField>
          <FormField label={words.multiRegion}>
            <Checkbox
              checked={draft.multiRegion ?? keystore?.template.multi_region ?? false}
              onChange={({ detail }) => put({ multiRegion: detail.checked })}
              description={words.multiRegionHelp}
            >
              {words.multiRegionLabel}
            </Checkbox>
          </FormField>
        </ColumnLayout>
      </SpaceBetween>
    </Container>
  );
}
