// Which file, how many of its lines, and which of them.
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Schemas } from "../../api/client";
import { sized } from "../../format/size";
import { text } from "../../text";
import { linesOf, type Wanted } from "./wanted";

const words = text.requestLog;
const OUTCOMES = ["", "success", "failed"] as const;

interface Props {
  wanted: Wanted;
  files: Schemas["LogFileView"][];
  wrap: boolean;
  isReading: boolean;
  onChange: (wanted: Wanted) => void;
  onWrap: (wrap: boolean) => void;
  onDisplay: () => void;
}

function optionOf({ name, bytes, current }: Schemas["LogFileView"]) {
  return {
    value: current ? "" : name,
    label: current ? words.current(name) : words.rotated(name, sized(bytes)),
  };
}

export function Controls({ wanted, files, wrap, isReading, onChange, onWrap, onDisplay }: Props) {
  const change = (part: Partial<Wanted>) => onChange({ ...wanted, ...part });
  const isWrong = linesOf(wanted) === undefined;
  const options = files.map(optionOf);
  const outcomes = OUTCOMES.map((value) => ({ value, label: words.outcomes[value === "" ? "any" : value] }));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onDisplay();
      }}
    >
      <SpaceBetween size="s">
        <Grid gridDefinition={[6, 3, 3].map((colspan) => ({ colspan: { default: 12, s: colspan } }))}>
          <FormField label={words.file}>
            <Select
              selectedOption={options.find(({ value }) => value === wanted.file) ?? null}
              options={options}
              expandToViewport
              onChange={({ detail }) => change({ file: detail.selectedOption.value ?? "" })}
            />
          </FormField>
          <FormField label={words.lines} errorText={isWrong ? words.linesWrong : undefined}>
            <Input
              value={wanted.lines}
              inputMode="numeric"
              onChange={({ detail }) => change({ lines: detail.value })}
            />
          </FormField>
          <FormField label={words.outcome}>
            <Select
              selectedOption={outcomes.find(({ value }) => value === wanted.outcome) ?? null}
              options={outcomes}
              onChange={({ detail }) =>
                change({ outcome: OUTCOMES.find((one) => one === detail.selectedOption.value) ?? "" })
              }
            />
          </FormField>
        </Grid>
        <Grid gridDefinition={[6, 3, 3].map((colspan) => ({ colspan: { default: 12, s: colspan } }))}>
          <FormField label={words.text}>
            <Input type="search" value={wanted.q} onChange={({ detail }) => change({ q: detail.value })} />
          </FormField>
          <FormField label={words.user}>
            <Input value={wanted.user} onChange={({ detail }) => change({ user: detail.value })} />
          </FormField>
          <div className="beside-fields">
            <Checkbox checked={wrap} onChange={({ detail }) => onWrap(detail.checked)}>
              {words.wrap}
            </Checkbox>
          </div>
        </Grid>
        <Button variant="primary" loading={isReading} disabled={isWrong}>
          {words.display}
        </Button>
      </SpaceBetween>
    </form>
  );
}
