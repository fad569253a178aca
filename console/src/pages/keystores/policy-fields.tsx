// What a keystore does about changes in AWS, and about deletions that are cancelled.
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Schemas } from "../../api/client";
import type { Line } from "../../fields/changes";
import { text } from "../../text";

const words = text.keystores.policies;

export interface Policies {
  heal: Schemas["HealPolicy"];
  on_cancel_deletion: Schemas["OnCancelDeletion"];
}

export const NEW_POLICIES: Policies = { heal: "alert", on_cancel_deletion: "keep" };

export function policyLines({ heal, on_cancel_deletion }: Policies): Line[] {
  return [
    [words.heal, words.heals[heal]],
    [words.cancel, words.cancels[on_cancel_deletion]],
  ];
}

export function PolicyFields({
  policies,
  onChange,
}: {
  policies: Policies;
  onChange: (policies: Policies) => void;
}) {
  return (
    <SpaceBetween size="l">
      <FormField label={words.heal}>
        <RadioGroup
          value={policies.heal}
          items={(["alert", "auto", "off"] as const).map((value) => ({ value, label: words.heals[value] }))}
          onChange={({ detail }) => onChange({ ...policies, heal: detail.value as Policies["heal"] })}
        />
      </FormField>
      <FormField label={words.cancel}>
        <RadioGroup
          value={policies.on_cancel_deletion}
          items={(["keep", "empty"] as const).map((value) => ({ value, label: words.cancels[value] }))}
          onChange={({ detail }) =>
            onChange({ ...policies, on_cancel_deletion: detail.value as Policies["on_cancel_deletion"] })
          }
        />
      </FormField>
    </SpaceBetween>
  );
}
