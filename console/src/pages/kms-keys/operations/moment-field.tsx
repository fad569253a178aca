// The fields of a moment: a day, then a time of day and a time zone.
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TimeInput from "@cloudscape-design/components/time-input";

import { text } from "../../../text";
import type { Moment } from "./moment";

const words = text.kmsKeys.fields.moment;

const ZONES = [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])].map((zone) => ({
  value: zone,
  label: zone,
}));

interface Props {
  value: Moment;
  onChange: (value: Moment) => void;
  label: string;
  description?: string;
}

export function ZoneField({ zone, onChange }: { zone: string; onChange: (zone: string) => void }) {
  return (
    <FormField label={words.zone}>
      <Select
        options={ZONES}
        selectedOption={{ value: zone, label: zone }}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? zone)}
        filteringType="auto"
        virtualScroll
      />
    </FormField>
  );
}

export function MomentField({ value, onChange, label, description }: Props) {
  return (
    <SpaceBetween size="xs">
      <FormField label={label} description={description}>
        <DatePicker
          value={value.day}
          onChange={({ detail }) => onChange({ ...value, day: detail.value })}
          placeholder={words.dayForm}
          i18nStrings={{ openCalendarAriaLabel: () => words.calendar }}
        />
      </FormField>
      {value.day !== "" && (
        <SpaceBetween direction="horizontal" size="xs">
          <FormField label={words.time}>
            <TimeInput
              value={value.time}
              onChange={({ detail }) => onChange({ ...value, time: detail.value })}
              format="hh:mm"
              placeholder="hh:mm"
            />
          </FormField>
          <ZoneField zone={value.zone} onChange={(zone) => onChange({ ...value, zone })} />
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
