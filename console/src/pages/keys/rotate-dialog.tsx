// Rotates a key now, with the KMS keys that hold it.
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { useAll } from "../../api/read";
import { newRotation } from "../../fields/rotation";
import { MethodFields } from "../../fields/rotation-fields";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import type { Key } from "./columns";
import { RotatedView } from "./rotated";

const words = text.keys.rotate;

interface LinkedProps {
  of: Key;
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

function Linked({ of, chosen, onChange }: LinkedProps) {
  const { items, isPending } = useAll("/api/v1/kms-keys", { query: { key: of.id } });
  const options = items.map(({ id, name, keystore_name, life }) => ({
    value: id,
    label: name,
    description: `${keystore_name} · ${life}`,
    disabled: life !== "ACTIVE",
  }));
  return (
    <FormField label={words.linked}>
      <Multiselect
        options={options}
        statusType={isPending ? "loading" : "finished"}
        selectedOptions={options.filter(({ value }) => chosen.includes(value))}
        onChange={({ detail }) => onChange(detail.selectedOptions.map(({ value }) => value ?? ""))}
        placeholder={words.chooseLinked}
        empty={words.noLinked}
        deselectAriaLabel={({ label }) => text.fields.remove(label ?? "")}
        expandToViewport
      />
    </FormField>
  );
}

export function RotateDialog({ of, onClose }: { of: Key; onClose: () => void }) {
  const [copies, setCopies] = useState<Schemas["Copies"]>("all");
  const [chosen, setChosen] = useState<string[]>([]);
  const [how, setHow] = useState(() => newRotation("every"));
  const { method, oldKey } = how;
  const [keepsActive, setKeepsActive] = useState(false);
  const operation = useMemo<Operation | undefined>(() => {
    if (copies === "chosen" && chosen.length === 0) return undefined;
    const body = {
      copies,
      keep_former_active: keepsActive,
      ...(copies === "chosen" ? { chosen } : {}),
      ...(copies === "none" ? {} : { method, ...(method === "new-key" ? { old_key: oldKey } : {}) }),
    };
    return {
      title: words.title(of.name),
      name: of.name,
      loses: copies !== "none" && method === "new-key" && oldKey === "deactivate",
      change: change("post", "/api/v1/keys/{key}/rotate", { path: { key: of.id }, body }),
    };
  }, [of, copies, chosen, method, oldKey, keepsActive]);
  return (
    <OperationDialog
      operation={operation}
      title={words.title(of.name)}
      onClose={onClose}
      result={(answer) => <RotatedView answer={answer} />}
      fields={
        <SpaceBetween size="m">
          <FormField label={words.copies}>
            <RadioGroup
              value={copies}
              items={[...words.choices]}
              onChange={({ detail }) => setCopies(detail.value as Schemas["Copies"])}
            />
          </FormField>
          {copies === "chosen" && <Linked of={of} chosen={chosen} onChange={setChosen} />}
          {copies !== "none" && (
            <MethodFields draft={how} set={(part) => setHow({ ...how, ...part })} isOnce />
          )}
          <Checkbox
            checked={keepsActive}
            description={words.keepsActiveHelp}
            onChange={({ detail }) => setKeepsActive(detail.checked)}
          >
            {words.keepsActive}
          </Checkbox>
        </SpaceBetween>
      }
    />
  );
}
