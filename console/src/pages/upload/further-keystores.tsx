// Further keystores that get a KMS key of the same key, in one go.
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";

import { text } from "../../text";
import type { Filling, Keystore } from "./filling";

const words = text.upload.kmsKey;

function optionOf({ id, name, connection_name }: Keystore) {
  return { value: id, label: name, description: connection_name };
}

export function FurtherKeystores({ draft, put, keys, keystores }: Filling) {
  const key = keys.items.find(({ id }) => id === draft.key);
  const others = keystores.items.filter(({ id, group }) => id !== draft.keystore && group === key?.group);
  const may = key?.exportable === true;
  return (
    <FormField
      label={words.further}
      description={words.furtherHelp}
      constraintText={key !== undefined && !may ? words.furtherUnfit : undefined}
    >
      <Multiselect
        disabled={!may || draft.keystore === ""}
        placeholder={words.furtherNone}
        options={others.map(optionOf)}
        selectedOptions={others.filter(({ id }) => draft.further.includes(id)).map(optionOf)}
        onChange={({ detail }) => put({ further: detail.selectedOptions.map(({ value }) => value ?? "") })}
        deselectAriaLabel={({ label }) => text.fields.remove(label ?? "")}
        expandToViewport
      />
    </FormField>
  );
}
