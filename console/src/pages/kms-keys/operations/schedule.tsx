// When a KMS key rotates by itself.
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";

import { change } from "../../../api/change";
import type { Schemas } from "../../../api/client";
import { atMinute } from "../../../format/time";
import { text } from "../../../text";
import { define } from "./definition";
import { onlyIn, rotatesInPlace } from "./fit";
import { ScheduleFields } from "./schedule-fields";
import { inItsZone, requestOf, scheduleOf, type Schedule } from "./schedule-request";

const words = text.kmsKeys.operations;
const fields = text.kmsKeys.fields.schedule;

function Upcoming({ preview }: { preview: unknown }) {
  const rotation = (preview as Partial<Schemas["KmsKeyView"]> | undefined)?.rotation;
  const upcoming = rotation?.upcoming ?? [];
  const next = upcoming.length > 0 ? upcoming.map(inItsZone) : [atMinute(rotation?.next) || text.shell.never];
  return (
    <KeyValuePairs
      items={[
        {
          label: fields.upcoming,
          value: (
            <ul className="plain">
              {next.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          ),
        },
      ]}
    />
  );
}

export const rotationSchedule = define<Schedule>({
  id: "rotation-schedule",
  text: words.rotationSchedule,
  of: true,
  unfit: onlyIn("ACTIVE", "INACTIVE"),
  initial: ([key]) => scheduleOf(key?.rotation, key !== undefined && rotatesInPlace(key) === undefined),
  fields: ScheduleFields,
  revised: true,
  one: ({ id, revision }, schedule) => {
    const body = requestOf(schedule);
    if (body === undefined) return undefined;
    return change("patch", "/api/v1/kms-keys/{kms_key}/rotation-schedule", {
      path: { kms_key: id },
      body,
      revision,
    });
  },
  render: (preview) => <Upcoming preview={preview} />,
});
