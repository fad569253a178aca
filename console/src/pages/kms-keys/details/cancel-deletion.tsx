// Cancelling a deletion, and what becomes of the material.
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useMemo, useState } from "react";

import { change } from "../../../api/change";
import type { Operation } from "../../../operation/operation";
import { OperationDialog } from "../../../operation/operation-dialog";
import { text } from "../../../text";
import type { KmsKey } from "./kms-key";

const words = text.kmsKey.cancelDeletion;
type After = "keystore" | "keep" | "empty";
const AFTERS: After[] = ["keystore", "keep", "empty"];

export function CancelDeletion({ kmsKey, onClose }: { kmsKey: KmsKey; onClose: () => void }) {
  const [after, setAfter] = useState<After>("keystore");
  const { id, name } = kmsKey;
  const operation = useMemo(
    (): Operation => ({
      title: words.title(name),
      name,
      change: change("post", "/api/v1/kms-keys/{kms_key}/cancel-deletion", {
        path: { kms_key: id },
        body: after === "keystore" ? {} : { empty: after === "empty" },
      }),
    }),
    [id, name, after],
  );
  return (
    <OperationDialog
      operation={operation}
      onClose={onClose}
      fields={
        <FormField label={words.after} description={words.detail}>
          <RadioGroup
            value={after}
            items={AFTERS.map((value) => ({ value, label: words[value] }))}
            onChange={({ detail }) => setAfter(AFTERS.find((one) => one === detail.value) ?? "keystore")}
          />
        </FormField>
      }
    />
  );
}
