// Which report, and for when.
import Button from "@cloudscape-design/components/button";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import TimeInput from "@cloudscape-design/components/time-input";
import { useState } from "react";

import { zoneHere } from "../../format/zone";
import { text } from "../../text";

const words = text.reports;

export type Kind = keyof typeof words.kinds;
export const KINDS = Object.keys(words.kinds) as Kind[];

export interface Wanted {
  kind: Kind;
  /** ISO 8601; now where there is none. */
  asOf: string | undefined;
}

/** The moment at that day and time here; undefined while it is none. */
function momentOf(day: string, time: string): string | undefined {
  const moment = new Date(`${day}T${time === "" ? "00:00" : time}`);
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}

export function RequestForm({ isMaking, onMake }: { isMaking: boolean; onMake: (wanted: Wanted) => void }) {
  const [kind, setKind] = useState<Kind>("keys");
  const [when, setWhen] = useState("now");
  const [day, setDay] = useState("");
  const [time, setTime] = useState("");
  const asOf = when === "now" ? undefined : momentOf(day, time);
  const isReady = when === "now" || asOf !== undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) onMake({ kind, asOf });
      }}
    >
      <SpaceBetween size="m">
        <FormField label={words.kind} stretch>
          <Tiles
            value={kind}
            columns={4}
            items={KINDS.map((one) => ({
              value: one,
              label: words.kinds[one].name,
              description: words.kinds[one].detail,
            }))}
            onChange={({ detail }) => setKind(KINDS.find((one) => one === detail.value) ?? "keys")}
          />
        </FormField>
        <FormField label={words.asOf}>
          <RadioGroup
            value={when}
            items={[
              { value: "now", label: words.now },
              { value: "then", label: words.then },
            ]}
            onChange={({ detail }) => setWhen(detail.value)}
          />
        </FormField>
        {when === "then" && (
          <SpaceBetween direction="horizontal" size="s">
            <FormField label={words.day}>
              <DatePicker
                value={day}
                placeholder="YYYY-MM-DD"
                format="iso"
                i18nStrings={{
                  openCalendarAriaLabel: () => words.chooseDay,
                }}
                onChange={({ detail }) => setDay(detail.value)}
              />
            </FormField>
            <FormField label={words.time} description={words.timeHelp(zoneHere())}>
              <TimeInput
                value={time}
                format="hh:mm"
                placeholder="hh:mm"
                onChange={({ detail }) => setTime(detail.value)}
              />
            </FormField>
          </SpaceBetween>
        )}
        <Button variant="primary" disabled={!isReady} loading={isMaking}>
          {words.make}
        </Button>
      </SpaceBetween>
    </form>
  );
}
