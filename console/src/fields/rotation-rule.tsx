// A rotation schedule as it is kept, or would be, with its next times where they are known.
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";

import { exactly, inItsZone } from "../format/time";
import { text } from "../text";
import { methodLines, rotationInWords, type Rotation } from "./rotation";

const words = text.fields.rotation;

export function RotationRule({ rotation }: { rotation: Rotation | null | undefined }) {
  const isTimed = rotation != null && (rotation.every != null || rotation.cron != null);
  const upcoming = rotation?.upcoming ?? [];
  return (
    <KeyValuePairs
      columns={4}
      items={[
        { label: words.when, value: rotationInWords(rotation) },
        ...(isTimed
          ? [
              { label: words.method, value: words.methods[rotation.method] },
              ...methodLines(rotation).map(([label, value]) => ({ label, value })),
              { label: words.timeZone, value: rotation.time_zone },
            ]
          : []),
        ...(rotation?.start == null ? [] : [{ label: words.start, value: exactly(rotation.start) }]),
        ...(upcoming.length === 0
          ? []
          : [
              {
                label: words.upcoming,
                value: (
                  <ul className="plain">
                    {upcoming.map((time) => (
                      <li key={time}>{inItsZone(time)}</li>
                    ))}
                  </ul>
                ),
              },
            ]),
      ]}
    />
  );
}
