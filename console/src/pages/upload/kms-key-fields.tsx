// The KMS key to be made: where, and what it is called.
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { Several } from "../../fields/several";
import { ProblemAlert } from "../../notices/problem-alert";
import { text } from "../../text";
import { isFilling, isSpreading, multiRegionOf, type Draft } from "./draft";
import type { Filling } from "./filling";
import { FurtherKeystores } from "./further-keystores";
import { UsageField } from "./usage-field";
import { Where } from "./where";

const words = text.upload.kmsKey;
const [ENABLED, DISABLED] = ["enabled", "disabled"];
const [NEW, THERE] = ["new", "there"];

/** How a new KMS key shall be; one that is there keeps what it is. */
function Looks(filling: Filling) {
  const { draft, put, keystore } = filling;
  return (
    <SpaceBetween size="m">
      <ColumnLayout columns={2}>
        <FormField label={words.description}>
          <Input
            value={draft.description}
            onChange={({ detail }) => put({ description: detail.value })}
            placeholder={keystore?.template.description ?? ""}
          />
        </FormField>
        <UsageField {...filling} />
      </ColumnLayout>
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
            checked={multiRegionOf(draft) ?? keystore?.template.multi_region ?? false}
            onChange={({ detail }) => put({ multiRegion: detail.checked })}
            description={words.multiRegionHelp}
          >
            {words.multiRegionLabel}
          </Checkbox>
        </FormField>
      </ColumnLayout>
    </SpaceBetween>
  );
}

function nameHelp(draft: Draft): string {
  if (isSpreading(draft)) return words.nameOfCopies;
  if (draft.way === "existing") return words.nameOfExisting;
  return isFilling(draft) ? words.nameOfKey : words.nameHelp;
}

export function KmsKeyFields(filling: Filling) {
  const { draft, put, keystores, keys, lacks } = filling;
  const usual = draft.way === "existing" ? keys.items.find(({ id }) => id === draft.key)?.name : undefined;
  const isNew = !isFilling(draft);
  return (
    <Container header={<Header variant="h2">{words.title}</Header>}>
      <SpaceBetween size="m">
        {keystores.error !== null && <ProblemAlert isRead problem={keystores.error.problem} />}
        {draft.way === "file" && (
          <FormField label={words.target}>
            <RadioGroup
              value={draft.fills ? THERE : NEW}
              items={[
                { value: NEW, label: words.newOne },
                { value: THERE, label: words.thereOne, description: words.thereHelp },
              ]}
              onChange={({ detail }) => put({ fills: detail.value === THERE })}
            />
          </FormField>
        )}
        <Where {...filling} />
        <ColumnLayout columns={2}>
          <FormField
            label={words.name}
            description={nameHelp(draft)}
            errorText={lacks.includes("name") ? text.fields.required : undefined}
          >
            <Input
              value={draft.name}
              onChange={({ detail }) => put({ name: detail.value })}
              {...(usual === undefined || isSpreading(draft) ? {} : { placeholder: usual })}
            />
          </FormField>
          {isNew && (
            <Several
              label={words.aliases}
              description={words.aliasesHelp}
              values={draft.aliases}
              onChange={(aliases) => put({ aliases })}
            />
          )}
        </ColumnLayout>
        {draft.way === "existing" && <FurtherKeystores {...filling} />}
        {isNew && <Looks {...filling} />}
      </SpaceBetween>
    </Container>
  );
}
