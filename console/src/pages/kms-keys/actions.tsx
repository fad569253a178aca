// What can be done with one KMS key, in lists and on its page.
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";

import { change } from "../../api/change";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import type { KmsKey } from "./columns";

const words = text.kmsKeys.operations;

const OPERATIONS = {
  enable: (key: KmsKey): Operation => ({
    title: `${words.enable} ${key.name}`,
    name: key.name,
    change: change("post", "/api/v1/kms-keys/{kms_key}/enable", { path: { kms_key: key.id } }),
  }),
  disable: (key: KmsKey): Operation => ({
    title: `${words.disable} ${key.name}`,
    name: key.name,
    change: change("post", "/api/v1/kms-keys/{kms_key}/disable", { path: { kms_key: key.id } }),
  }),
};

/** The operations on a KMS key; none where none is chosen. */
export function KmsKeyActions({ kmsKey }: { kmsKey: KmsKey | undefined }) {
  const [operation, setOperation] = useState<Operation>();
  return (
    <>
      <ButtonDropdown
        disabled={kmsKey === undefined}
        items={[
          { id: "enable", text: words.enable },
          { id: "disable", text: words.disable },
        ]}
        onItemClick={({ detail }) => {
          if (kmsKey !== undefined) setOperation(OPERATIONS[detail.id as keyof typeof OPERATIONS](kmsKey));
        }}
      >
        {text.table.actions}
      </ButtonDropdown>
      {operation !== undefined && (
        <OperationDialog operation={operation} onClose={() => setOperation(undefined)} />
      )}
    </>
  );
}
