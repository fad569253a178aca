// Until when a KMS key holds its material.
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { MomentField } from "../../../fields/moment-field";
import { atMinute } from "../../../format/time";
import { text } from "../../../text";
import type { Edited } from "./edited";

const fields = text.kmsKeys.fields.validity;
const CHOICES = ["stays", "never", "until"] as const;
const RENEWALS = ["renew", "lapse"] as const;

interface Props {
  /** The end as it is. */
  now: string | null | undefined;
  value: Pick<Edited, "validity" | "until" | "renewal">;
  set: (part: Partial<Edited>) => void;
}

export function ValidityField({ now, value, set }: Props) {
  return (
    <SpaceBetween size="xs">
      <FormField label={fields.label}>
        <RadioGroup
          value={value.validity}
          onChange={({ detail }) =>
            set({ validity: CHOICES.find((one) => one === detail.value) ?? value.validity })
          }
          items={[
            { value: "stays", label: fields.stays(atMinute(now) || text.shell.never) },
            { value: "never", label: fields.never },
            { value: "until", label: fields.until },
          ]}
        />
      </FormField>
      {value.validity === "until" && (
        <SpaceBetween size="m">
          <MomentField
            value={value.until}
            onChange={(until) => set({ until })}
            dateLabel={fields.day}
            timeLabel={fields.time}
            zoneLabel={fields.zone}
          />
          <FormField label={fields.renewal}>
            <RadioGroup
              value={value.renewal}
              onChange={({ detail }) =>
                set({ renewal: RENEWALS.find((one) => one === detail.value) ?? value.renewal })
              }
              items={RENEWALS.map((one) => ({ value: one, ...fields.renewals[one] }))}
            />
          </FormField>
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
