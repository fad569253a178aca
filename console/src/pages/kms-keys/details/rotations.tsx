// How a KMS key rotates: how often it still can, when it does by itself, and the KMS keys before and after it.
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";

import { methodLines, rotationInWords } from "../../../fields/rotation";
import { exactly } from "../../../format/time";
import { text } from "../../../text";
import { ROTATIONS_MAX, rotationsUsed } from "./history";
import type { Tab } from "./kms-key";
import { OtherKmsKey } from "./other-kms-key";

const words = text.kmsKey.versions;

function Budget({ kmsKey }: Tab) {
  const used = rotationsUsed(kmsKey);
  if (used === undefined) return words.uncounted;
  return (
    <>
      {words.budget(used, ROTATIONS_MAX)}
      <Box color="text-body-secondary">{words.left(ROTATIONS_MAX - used)}</Box>
    </>
  );
}

function Generations({ kmsKey: { predecessor, successor } }: Tab) {
  return (
    <ul className="plain">
      {predecessor != null && (
        <li>
          {text.kmsKey.links.predecessor} <OtherKmsKey id={predecessor} />
        </li>
      )}
      {successor != null && (
        <li>
          {text.kmsKey.links.successor} <OtherKmsKey id={successor} />
        </li>
      )}
    </ul>
  );
}

export function Rotations({ kmsKey }: Tab) {
  const { rotation, native_rotation_days: days } = kmsKey;
  const set = rotation?.every != null || rotation?.cron != null ? rotation : undefined;
  return (
    <Container header={<Header variant="h2">{words.rotations}</Header>}>
      <KeyValuePairs
        columns={3}
        minColumnWidth={220}
        items={[
          { label: words.used, value: <Budget kmsKey={kmsKey} /> },
          {
            label: text.kmsKey.overview.schedule,
            value: days == null ? rotationInWords(rotation) : text.kmsKey.overview.native(days),
          },
          {
            label: text.kmsKey.overview.nextRotation,
            value: rotation?.next == null ? text.shell.never : exactly(rotation.next),
          },
          ...(set === undefined
            ? []
            : [
                { label: text.fields.rotation.method, value: text.fields.rotation.methods[set.method] },
                ...methodLines(set).map(([label, value]) => ({ label, value })),
              ]),
          ...(kmsKey.predecessor == null && kmsKey.successor == null
            ? []
            : [{ label: words.generations, value: <Generations kmsKey={kmsKey} /> }]),
        ]}
      />
    </Container>
  );
}
