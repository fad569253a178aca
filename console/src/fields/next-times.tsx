// When something rotates next, in the zone in which its days are counted.
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";

import { inItsZone } from "../format/time";
import { text } from "../text";

function List({ of }: { of: readonly string[] }) {
  return (
    <ul className="plain">
      {of.map((time) => (
        <li key={time}>{inItsZone(time)}</li>
      ))}
    </ul>
  );
}

/** As one pair of a list of facts; none where nothing is known. */
export function nextTimes(of: readonly string[]) {
  return of.length === 0 ? [] : [{ label: text.fields.rotation.upcoming, value: <List of={of} /> }];
}

/** What the trial of a rule tells. */
export function NextTimes({ of }: { of: readonly string[] }) {
  const none = { label: text.fields.rotation.upcoming, value: text.fields.rotation.noTimes };
  return <KeyValuePairs items={of.length === 0 ? [none] : nextTimes(of)} />;
}
