// One more alias for a KMS key.
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useMemo, useState } from "react";

import { OperationDialog } from "../../../operation/operation-dialog";
import { text } from "../../../text";
import { update, type KmsKey } from "./kms-key";

const words = text.kmsKey.aliases;

/** What AWS takes as an alias; `aws/` is its own. */
function isAlias(name: string): boolean {
  const bare = name.replace(/^alias\//, "");
  return /^[a-zA-Z0-9/_-]{1,250}$/.test(bare) && !bare.startsWith("aws/");
}

export function AddAlias({ kmsKey: looked, onClose }: { kmsKey: KmsKey; onClose: () => void }) {
  // As it was when the dialog was opened: what comes of it does not change the question.
  const [kmsKey] = useState(looked);
  const [name, setName] = useState("");
  const operation = useMemo(
    () => (isAlias(name) ? update(kmsKey, words.addTitle(kmsKey.name), { add_aliases: [name] }) : undefined),
    [kmsKey, name],
  );
  return (
    <OperationDialog
      operation={operation}
      title={words.addTitle(kmsKey.name)}
      onClose={onClose}
      fields={
        <FormField
          label={words.name}
          description={words.nameDetail}
          errorText={name !== "" && !isAlias(name) ? words.badName : undefined}
        >
          <Input value={name} onChange={({ detail }) => setName(detail.value)} autoFocus />
        </FormField>
      }
    />
  );
}
