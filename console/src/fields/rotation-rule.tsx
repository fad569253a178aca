// A rotation schedule as it is kept, or would be, with its next times where they are known.
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { ReactNode } from "react";

import { exactly } from "../format/time";
import { text } from "../text";
import { nextTimes } from "./next-times";
import { methodLines, rotationInWords, type Rotation } from "./rotation";

const words = text.fields.rotation;

interface Props {
  rotation: Rotation | null | undefined;
  /** What else is told of it. */
  more?: readonly { label: string; value: ReactNode }[];
}

export function RotationRule({ rotation, more = [] }: Props) {
  const isTimed = rotation != null && (rotation.every != null || rotation.cron != null);
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
        ...nextTimes(rotation?.upcoming ?? []),
        ...more,
      ]}
    />
  );
}
