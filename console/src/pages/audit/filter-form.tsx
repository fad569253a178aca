// The conditions under which entries are found.
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import DateRangePicker, { type DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { exactly } from "../../format/time";
import { text } from "../../text";
import { NOTHING, type Filter } from "./filter";
import { RESULTS } from "../../format/result";

const words = text.audit.filter;
const MILLIS = {
  second: 1e3,
  minute: 6e4,
  hour: 3.6e6,
  day: 8.64e7,
  week: 6.048e8,
  month: 2.592e9,
  year: 3.1536e10,
};

const RELATIVE = (
  [
    [1, "hour"],
    [24, "hour"],
    [7, "day"],
    [30, "day"],
    [1, "year"],
  ] as const
).map(([amount, unit]) => ({ key: `${amount}-${unit}`, type: "relative" as const, amount, unit }));

function isReversed(value: DateRangePickerProps.Value | null): boolean {
  return value?.type === "absolute" && Date.parse(value.startDate) >= Date.parse(value.endDate);
}

interface Props {
  filter: Filter;
  /** What was seen, to choose from: value and what stands beside it. */
  proposals: Record<"actor" | "action" | "object", { value: string; description?: string }[]>;
  onFind: (filter: Filter) => void;
}

export function FilterForm({ filter, proposals, onFind }: Props) {
  const [draft, setDraft] = useState(filter);
  const change = (part: Partial<Filter>) => setDraft({ ...draft, ...part });
  const find = (part: Partial<Filter> = {}) => {
    const next = { ...draft, ...part };
    setDraft(next);
    onFind(next);
  };
  const typed = (name: "actor" | "action" | "object", label: string, help: string) => (
    <FormField label={label}>
      <Autosuggest
        ariaLabel={label}
        placeholder={help}
        value={draft[name]}
        options={proposals[name]}
        enteredTextLabel={words.use}
        expandToViewport
        onChange={({ detail }) => change({ [name]: detail.value })}
        onSelect={({ detail }) => find({ [name]: detail.value.trim() })}
        onKeyDown={({ detail }) => {
          if (detail.key === "Enter") find();
        }}
      />
    </FormField>
  );
  const results = [
    { value: "", label: words.anyResult },
    ...Object.entries(RESULTS).map(([value, label]) => ({ value, label })),
  ];
  return (
    <SpaceBetween size="s">
      <Grid gridDefinition={[4, 4, 4].map((colspan) => ({ colspan: { default: 12, s: colspan } }))}>
        {typed("actor", words.actor, words.actorHelp)}
        {typed("action", words.action, words.actionHelp)}
        {typed("object", words.object, words.objectHelp)}
      </Grid>
      <Grid gridDefinition={[4, 5, 3].map((colspan) => ({ colspan: { default: 12, s: colspan } }))}>
        <FormField label={words.result}>
          <Select
            selectedOption={results.find(({ value }) => value === draft.result) ?? null}
            options={results}
            ariaLabel={words.result}
            onChange={({ detail }) => find({ result: detail.selectedOption.value ?? "" })}
          />
        </FormField>
        <FormField label={words.time}>
          <Range filter={draft} onChange={find} />
        </FormField>
        <Box padding={{ top: "xl" }} float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => find(NOTHING)}>{words.clear}</Button>
            <Button variant="primary" onClick={() => find()}>
              {words.find}
            </Button>
          </SpaceBetween>
        </Box>
      </Grid>
    </SpaceBetween>
  );
}

function Range({
  filter: { from, until },
  onChange,
}: {
  filter: Filter;
  onChange: (part: Partial<Filter>) => void;
}) {
  const [value, setValue] = useState<DateRangePickerProps.Value | null>(null);
  const told =
    from === "" && until === ""
      ? words.anyTime
      : words.between(from === "" ? "…" : exactly(from), until === "" ? "…" : exactly(until));
  const take = (next: DateRangePickerProps.Value | null) => {
    setValue(next);
    if (next === null) {
      onChange({ from: "", until: "" });
      return;
    }
    if (next.type === "absolute") {
      onChange({ from: next.startDate, until: next.endDate });
      return;
    }
    const length = next.amount * MILLIS[next.unit];
    onChange({ from: new Date(Date.now() - length).toISOString(), until: "" });
  };
  return (
    <DateRangePicker
      value={from === "" && until === "" ? null : value}
      onChange={({ detail }) => take(detail.value)}
      relativeOptions={RELATIVE}
      isValidRange={(range) =>
        isReversed(range) ? { valid: false, errorMessage: words.badRange } : { valid: true }
      }
      ariaLabel={words.time}
      placeholder={told}
      expandToViewport
      i18nStrings={{
        formatRelativeRange: ({ amount, unit }) => words.last(amount, unit),
        customRelativeRangeOptionLabel: words.custom,
        absoluteModeTitle: words.absolute,
        relativeModeTitle: words.relative,
        clearButtonLabel: words.anyTime,
        applyButtonLabel: words.apply,
        cancelButtonLabel: text.shell.cancel,
      }}
    />
  );
}
