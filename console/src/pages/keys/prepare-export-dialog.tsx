// Prepares everything of a group for another person to take, as whoever leaves Keyferry does.
import Alert from "@cloudscape-design/components/alert";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";

import { change } from "../../api/change";
import { useAll } from "../../api/read";
import { Choice } from "../../fields/choice";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { Prepared, Preparing, usePreparing } from "./preparing";

const words = text.keys.leaving;
const NAMED_MAX = 10;

/** What cannot be in it is known before. */
function Staying({ group }: { group: string }) {
  const keys = useAll("/api/v1/keys");
  const staying = keys.items.filter((key) => key.group === group && !key.exportable);
  if (staying.length === 0) return null;
  const names = staying.slice(0, NAMED_MAX).map(({ name }) => name);
  return <Alert type="warning">{words.staying(staying.length, names)}</Alert>;
}

export function PrepareExportDialog({ onClose }: { onClose: () => void }) {
  const reading = useAll("/api/v1/groups");
  const groups = reading.items;
  const [chosen, setChosen] = useState("");
  const { body, fields } = usePreparing();
  const group = groups.find(({ id }) => id === chosen) ?? (groups.length === 1 ? groups[0] : undefined);
  const title = words.prepareTitle;
  const operation = useMemo<Operation | undefined>(() => {
    if (body === undefined || group === undefined) return undefined;
    return {
      title,
      name: group.name,
      change: change("post", "/api/v1/groups/{group}/prepare-export", { path: { group: group.id }, body }),
      touches: ["/api/v1/preparations"],
    };
  }, [group, body, title]);
  return (
    <OperationDialog
      operation={operation}
      title={title}
      onClose={onClose}
      render={(preview) => <Preparing preview={preview} />}
      result={(answer) => <Prepared answer={answer} />}
      fields={
        <SpaceBetween size="m">
          {words.help}
          <FormField label={words.group}>
            <Choice
              options={groups.map(({ id, name }) => ({ value: id, label: name }))}
              of={[reading]}
              value={group?.id ?? ""}
              onChange={setChosen}
              placeholder={words.chooseGroup}
              many
            />
          </FormField>
          {group !== undefined && <Staying group={group.id} />}
          {fields}
        </SpaceBetween>
      }
    />
  );
}
