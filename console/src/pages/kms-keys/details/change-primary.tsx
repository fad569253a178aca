// Making a replica the primary.
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { useMemo, useState } from "react";

import { change } from "../../../api/change";
import type { Operation } from "../../../operation/operation";
import { OperationDialog } from "../../../operation/operation-dialog";
import { text } from "../../../text";
import type { KmsKey } from "./kms-key";

const words = text.kmsKey.places;

export function ChangePrimary({ kmsKey: looked, onClose }: { kmsKey: KmsKey; onClose: () => void }) {
  // As it was when the dialog was opened: what comes of it does not change the question.
  const [{ id, name, places }] = useState(looked);
  const [region, setRegion] = useState<string>();
  const replicas = places.filter((place) => !place.primary && place.arn != null);
  const operation = useMemo(
    (): Operation | undefined =>
      region === undefined
        ? undefined
        : {
            title: words.changeTitle(name),
            name,
            change: change("post", "/api/v1/kms-keys/{kms_key}/change-primary", {
              path: { kms_key: id },
              body: { region },
            }),
          },
    [id, name, region],
  );
  return (
    <OperationDialog
      operation={operation}
      title={words.changeTitle(name)}
      onClose={onClose}
      fields={
        <FormField label={words.newPrimary} description={words.newPrimaryDetail}>
          <Select
            options={replicas.map((place) => ({ value: place.region, label: place.region }))}
            selectedOption={region === undefined ? null : { value: region, label: region }}
            placeholder={words.choose}
            onChange={({ detail }) => setRegion(detail.selectedOption.value)}
          />
        </FormField>
      }
    />
  );
}
