// A date and a time in a time zone, with the moment in UTC that they are.
import ColumnLayout from "@cloudscape-design/components/column-layout";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import TimeInput from "@cloudscape-design/components/time-input";

import { fromNow } from "../format/time";
import { inUtc, momentIn, offsetIn, until, ZONES, zoneHere } from "../format/zone";
import { text } from "../text";
import { Choice } from "./choice";

const words = text.fields.moment;

export interface Moment {
  date: string;
  time: string;
  zone: string;
}

export function noMoment(): Moment {
  return { date: "", time: "00:00", zone: zoneHere() };
}

/** The moment that was said, where it was said whole. */
export function momentOf({ date, time, zone }: Moment): Date | undefined {
  return momentIn(zone, date, time);
}

const OPTIONS = ZONES.map((zone) => ({ value: zone, label: zone }));

/** All that are known, and the one that is kept, by whatever name. */
function optionsWith(zone: string) {
  return ZONES.includes(zone) ? OPTIONS : [{ value: zone, label: zone }, ...OPTIONS];
}

interface Props {
  value: Moment;
  onChange: (value: Moment) => void;
  dateLabel: string;
  timeLabel: string;
  zoneLabel: string;
  errorText?: string | undefined;
}

export function MomentField({ value, onChange, dateLabel, timeLabel, zoneLabel, errorText }: Props) {
  const at = momentOf(value);
  return (
    <SpaceBetween size="xs">
      <ColumnLayout columns={3}>
        <FormField label={dateLabel} constraintText={words.dateForm} errorText={errorText}>
          <DatePicker
            value={value.date}
            onChange={({ detail }) => onChange({ ...value, date: detail.value })}
            placeholder="YYYY-MM-DD"
            format="iso"
            i18nStrings={{ openCalendarAriaLabel: (chosen) => words.openCalendar(dateLabel, chosen) }}
          />
        </FormField>
        <FormField label={timeLabel} constraintText={words.timeForm}>
          <TimeInput
            value={value.time}
            format="hh:mm"
            placeholder="hh:mm"
            onChange={({ detail }) => onChange({ ...value, time: detail.value })}
          />
        </FormField>
        <FormField label={zoneLabel} constraintText={at === undefined ? undefined : offsetIn(value.zone, at)}>
          <Choice
            options={optionsWith(value.zone)}
            value={value.zone}
            onChange={(zone) => onChange({ ...value, zone })}
            many
          />
        </FormField>
      </ColumnLayout>
      {at !== undefined && (
        <StatusIndicator type={until(at) > 0 ? "info" : "warning"}>
          {words.isUtc(inUtc(at), fromNow(at.toISOString()))}
        </StatusIndicator>
      )}
    </SpaceBetween>
  );
}
