// How a key rotates by itself, as it is kept.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";

import { exactly, fromNow } from "../../format/time";
import { text } from "../../text";
import { ruleOf, type Key } from "./columns";

const words = text.keys.rotation;
const fields = text.inputs.rotation;

function yesNo(is: boolean | undefined): string {
  return is === true ? text.shell.yes : text.shell.no;
}

function labelOf(options: readonly { value: string; label: string }[], value: string): string {
  return options.find((option) => option.value === value)?.label ?? value;
}

export function Rotation({ of, onEdit }: { of: Key; onEdit: () => void }) {
  const { rotation } = of;
  const schedule = rotation?.schedule;
  const next = schedule?.next;
  const more =
    schedule === undefined
      ? []
      : [
          {
            label: words.next,
            value: next == null ? text.shell.none : `${exactly(next)} (${fromNow(next)})`,
          },
          { label: words.zone, value: schedule.time_zone },
          { label: words.withCopies, value: yesNo(rotation?.with_copies) },
          { label: words.deactivates, value: yesNo(rotation?.deactivate_former) },
          { label: fields.method, value: labelOf(fields.methods, schedule.method) },
          { label: fields.oldKey, value: labelOf(fields.oldKeys, schedule.old_key) },
          { label: fields.atBudget, value: labelOf(fields.atBudgets, schedule.at_budget) },
        ];
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={words.description}
          actions={<Button onClick={onEdit}>{words.edit}</Button>}
        >
          {words.heading}
        </Header>
      }
    >
      <KeyValuePairs columns={4} items={[{ label: words.every, value: ruleOf(schedule) }, ...more]} />
    </Container>
  );
}
