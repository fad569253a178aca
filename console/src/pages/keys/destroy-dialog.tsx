// Has a version destroyed, later.
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useMemo, useState } from "react";

import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import type { Key, Version } from "./columns";
import { destroy } from "./version-operations";

const words = text.keys.versions;
/** The server takes no fewer and no more days. */
const [DAYS_MIN, DAYS_MAX] = [30, 3650];

interface Props {
  of: Key;
  version: Version;
  onClose: () => void;
}

export function DestroyDialog({ of, version, onClose }: Props) {
  const [days, setDays] = useState(String(DAYS_MIN));
  const wanted = Number(days);
  const isDays = Number.isInteger(wanted) && wanted >= DAYS_MIN && wanted <= DAYS_MAX;
  const operation = useMemo(
    () => (isDays ? destroy(of, version, wanted) : undefined),
    [of, version, wanted, isDays],
  );
  return (
    <OperationDialog
      operation={operation}
      title={words.title.destroy(of.name, version.number)}
      onClose={onClose}
      render={() => words.destroyPreview(wanted)}
      fields={
        <FormField
          label={words.days}
          description={words.daysHelp}
          constraintText={words.daysForm(DAYS_MIN, DAYS_MAX)}
          errorText={isDays ? undefined : words.daysForm(DAYS_MIN, DAYS_MAX)}
        >
          <Input
            type="number"
            inputMode="numeric"
            value={days}
            onChange={({ detail }) => setDays(detail.value)}
          />
        </FormField>
      }
    />
  );
}
