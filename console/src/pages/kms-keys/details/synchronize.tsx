// Bringing AWS back to what is wanted, with a choice of what.
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";

import { change } from "../../../api/change";
import type { Operation } from "../../../operation/operation";
import { OperationDialog } from "../../../operation/operation-dialog";
import { text } from "../../../text";
import type { KmsKey } from "./kms-key";

const words = text.kmsKey.plan;

export function Synchronize({ kmsKey, onClose }: { kmsKey: KmsKey; onClose: () => void }) {
  const { id, name } = kmsKey;
  const [policy, setPolicy] = useState(true);
  const [material, setMaterial] = useState(true);
  const [away, setAway] = useState(false);
  const operation = useMemo(
    (): Operation => ({
      title: words.synchronizeTitle(name),
      name,
      change: change("post", "/api/v1/kms-keys/{kms_key}/synchronize", {
        path: { kms_key: id },
        body: { update_policy: policy, import_material: material && !away, delete_material: away },
      }),
    }),
    [id, name, policy, material, away],
  );
  return (
    <OperationDialog
      operation={operation}
      onClose={onClose}
      fields={
        <FormField label={words.choices}>
          <SpaceBetween size="xs">
            <Checkbox checked={policy} onChange={({ detail }) => setPolicy(detail.checked)}>
              {words.updatePolicy}
            </Checkbox>
            <Checkbox
              checked={material && !away}
              disabled={away}
              onChange={({ detail }) => setMaterial(detail.checked)}
            >
              {words.importMaterial}
            </Checkbox>
            <Checkbox
              checked={away}
              description={words.deleteMaterialDetail}
              onChange={({ detail }) => setAway(detail.checked)}
            >
              {words.deleteMaterial}
            </Checkbox>
          </SpaceBetween>
        </FormField>
      }
    />
  );
}
