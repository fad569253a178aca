// How a key rotates by itself, as it is kept.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";

import { RotationRule } from "../../fields/rotation-rule";
import { exactly, fromNow } from "../../format/time";
import { text } from "../../text";
import type { Key } from "./columns";

const words = text.keys.rotation;

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
          { label: words.withCopies, value: yesNo(rotation?.with_copies) },
          { label: words.deactivates, value: yesNo(rotation?.deactivate_former) },
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
      <RotationRule rotation={schedule} more={more} />
    </Container>
  );
}
