// When a key gets new versions by itself, and what follows.
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";

import { change } from "../../api/change";
import { NextTimes } from "../../fields/next-times";
import { newRotation, rotationDraft, rotationOf } from "../../fields/rotation";
import { RotationFields } from "../../fields/rotation-fields";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import type { Key } from "./columns";

const words = text.keys.rotation;

export function RotationDialog({ of: looked, onClose }: { of: Key; onClose: () => void }) {
  // As it was when the dialog was opened: what others change meanwhile is not overwritten.
  const [of] = useState(looked);
  const kept = of.rotation;
  const [draft, setDraft] = useState(() =>
    kept == null ? newRotation("every") : rotationDraft(kept.schedule),
  );
  const [withCopies, setWithCopies] = useState(kept?.with_copies ?? true);
  const [deactivates, setDeactivates] = useState(kept?.deactivate_former ?? true);
  const operation = useMemo<Operation | undefined>(() => {
    const schedule = rotationOf(draft);
    if (schedule === undefined) return undefined;
    const body = { schedule, with_copies: withCopies, deactivate_former: deactivates };
    const path = { key: of.id };
    return {
      title: words.title(of.name),
      name: of.name,
      change: change("patch", "/api/v1/keys/{key}/rotation-schedule", { path, body, revision: of.revision }),
      touches: ["/api/v1/schedules"],
    };
  }, [of, draft, withCopies, deactivates]);
  return (
    <OperationDialog
      operation={operation}
      title={words.title(of.name)}
      onClose={onClose}
      render={(preview) => <NextTimes of={(preview as Key).rotation?.schedule.upcoming ?? []} />}
      fields={
        <SpaceBetween size="m">
          <RotationFields draft={draft} onChange={setDraft} isWhenOnly={!withCopies} />
          {draft.when !== "never" && (
            <SpaceBetween size="xs">
              <Checkbox
                checked={withCopies}
                description={words.withCopiesHelp}
                onChange={({ detail }) => setWithCopies(detail.checked)}
              >
                {words.withCopies}
              </Checkbox>
              <Checkbox
                checked={deactivates}
                description={words.deactivatesHelp}
                onChange={({ detail }) => setDeactivates(detail.checked)}
              >
                {words.deactivates}
              </Checkbox>
            </SpaceBetween>
          )}
        </SpaceBetween>
      }
    />
  );
}
