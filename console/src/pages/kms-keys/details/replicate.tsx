// Making replicas of a multi-Region key.
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import { useMemo, useState } from "react";

import { change } from "../../../api/change";
import { useRead } from "../../../api/read";
import { choicesStatus } from "../../../fields/choices-status";
import type { Operation } from "../../../operation/operation";
import { OperationDialog } from "../../../operation/operation-dialog";
import { text } from "../../../text";
import type { KmsKey } from "./kms-key";

const words = text.kmsKey.places;

export function Replicate({ kmsKey: looked, onClose }: { kmsKey: KmsKey; onClose: () => void }) {
  // As it was when the dialog was opened: what comes of it does not change the question.
  const [{ id, name, keystore, regions: taken }] = useState(looked);
  const [regions, setRegions] = useState<string[]>([]);
  const reading = useRead("/api/v1/keystores/{keystore}", { path: { keystore } });
  const free = (reading.data?.regions ?? []).filter((region) => !taken.includes(region));
  const operation = useMemo(
    (): Operation | undefined =>
      regions.length === 0
        ? undefined
        : {
            title: words.replicateTitle(name),
            name,
            change: change("post", "/api/v1/kms-keys/{kms_key}/replicate", {
              path: { kms_key: id },
              body: { regions },
            }),
          },
    [id, name, regions],
  );
  return (
    <OperationDialog
      operation={operation}
      title={words.replicateTitle(name)}
      onClose={onClose}
      fields={
        <FormField label={words.regions} description={words.regionsDetail}>
          <Multiselect
            options={free.map((value) => ({ value, label: value }))}
            selectedOptions={regions.map((value) => ({ value, label: value }))}
            placeholder={words.choose}
            empty={words.allTaken}
            {...choicesStatus(reading)}
            onChange={({ detail }) => setRegions(detail.selectedOptions.map(({ value }) => value ?? ""))}
          />
        </FormField>
      }
    />
  );
}
