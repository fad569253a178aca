// What a schedule says: what rotates, by which rule, and when.
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { RotationRule } from "../../fields/rotation-rule";
import { subjectPage } from "../../format/subject";
import { exactly, fromNow } from "../../format/time";
import { Link } from "../../shell/link";
import { text } from "../../text";
import type { Schedule } from "./schedule-columns";
import type { Scheduled } from "./scheduled";

const words = text.jobs.schedule;
const columns = text.jobs.schedules.columns;

function yesNo(is: boolean): string {
  return is ? text.shell.yes : text.shell.no;
}

/** What follows from the rotation of a key. */
function ofKey(scheduled: Scheduled | undefined) {
  if (scheduled?.kind !== "key" || scheduled.key.rotation == null) return [];
  const { with_copies: withCopies, deactivate_former: deactivates } = scheduled.key.rotation;
  return [
    { label: text.keys.rotation.withCopies, value: yesNo(withCopies) },
    { label: text.keys.rotation.deactivates, value: yesNo(deactivates) },
  ];
}

export function ScheduleFacts({
  schedule,
  scheduled,
}: {
  schedule: Schedule;
  scheduled: Scheduled | undefined;
}) {
  const { subject, name, keystore, last, rule } = schedule;
  const page = subjectPage(subject);
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{words.facts}</Header>}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: words.subject, value: page === undefined ? name : <Link to={page}>{name}</Link> },
            ...(keystore == null ? [] : [{ label: columns.keystore, value: keystore }]),
            {
              label: columns.next,
              value: rule.next == null ? text.shell.none : `${exactly(rule.next)} (${fromNow(rule.next)})`,
            },
            { label: columns.last, value: exactly(last) },
            ...ofKey(scheduled),
          ]}
        />
      </Container>
      <Container header={<Header variant="h2">{words.rule}</Header>}>
        <RotationRule rotation={rule} />
      </Container>
    </SpaceBetween>
  );
}
