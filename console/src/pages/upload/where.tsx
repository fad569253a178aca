// Into which keystore, and into which Regions of it or which KMS key that is there.
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";

import { Choice } from "../../fields/choice";
import { text } from "../../text";
import { isFilling } from "./draft";
import type { Filling } from "./filling";

const words = text.upload.kmsKey;

function Regions({ draft, put, keystore }: Filling) {
  const regions = keystore?.regions ?? [];
  return (
    <FormField label={words.regions} constraintText={words.regionsHelp(regions[0])}>
      <Multiselect
        disabled={keystore === undefined}
        placeholder={words.usualRegion}
        options={regions.map((region) => ({ value: region, label: region }))}
        selectedOptions={draft.regions.map((region) => ({ value: region, label: region }))}
        onChange={({ detail }) => {
          const chosen = detail.selectedOptions.map(({ value }) => value ?? "");
          const isRefuted = chosen.length > 1 && draft.multiRegion === false;
          put({ regions: chosen, ...(isRefuted ? { multiRegion: undefined } : {}) });
        }}
        deselectAriaLabel={({ label }) => text.fields.remove(label ?? "")}
        expandToViewport
      />
    </FormField>
  );
}

function Into({ draft, put, lacks }: Filling) {
  return (
    <FormField
      label={words.into}
      constraintText={words.intoHelp}
      errorText={lacks.includes("into") ? text.fields.required : undefined}
    >
      <Input
        value={draft.into}
        placeholder="arn:aws:kms:…"
        spellcheck={false}
        onChange={({ detail }) => put({ into: detail.value })}
      />
    </FormField>
  );
}

export function Where(filling: Filling) {
  const { draft, put, keystores, lacks } = filling;
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
          onChange={(chosen) => put({ keystore: chosen })}
          placeholder={words.chooseKeystore}
          loading={keystores.isPending}
          empty={words.noKeystores}
          many
        />
      </FormField>
      {isFilling(draft) ? <Into {...filling} /> : <Regions {...filling} />}
    </ColumnLayout>
  );
}
