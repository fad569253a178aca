// How a key rotates by itself, as it is kept.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";

import { methodLines } from "../../fields/rotation";
import { exactly, fromNow } from "../../format/time";
import { text } from "../../text";
import { ruleOf, type Key } from "./columns";

const words = text.keys.rotation;
const fields = text.fields.rotation;

function yesNo(is: boolean | undefined): string {
  return is === true ? text.shell.yes : text.shell.no;
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
          ...(schedule.start == null ? [] : [{ label: fields.start, value: exactly(schedule.start) }]),
          { label: fields.method, value: fields.methods[schedule.method] },
          ...methodLines(schedule).map(([label, value]) => ({ label, value })),
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
