// What can be done with several KMS keys at once, as one job.
import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import { useMemo } from "react";

import { text } from "../../text";
import type { KmsKey } from "../../kms-key/columns";
import type { OpenDialog } from "../../shell/use-dialog";
import { OPERATIONS, operationNamed, type KmsKeyOperation } from "./operations";

const reasons = text.kmsKeys.reasons;

/** Why an operation cannot be done with these. Where it fits some, the plan tells of the others. */
export function unfitForMany(
  { Many, unfit }: KmsKeyOperation,
  kmsKeys: readonly KmsKey[],
): string | undefined {
  if (Many === undefined) return reasons.oneByOne;
  return kmsKeys.every((key) => unfit(key) !== undefined) ? reasons.none : undefined;
}

function itemsFor(kmsKeys: readonly KmsKey[]): ButtonDropdownProps.ItemOrGroup[] {
  return OPERATIONS.map(({ text: name, operations }) => ({
    text: name,
    items: operations.map((operation) => {
      const reason = unfitForMany(operation, kmsKeys);
      const why = reason === undefined ? {} : { disabled: true, disabledReason: reason };
      return { id: operation.id, text: operation.text, ...why };
    }),
  }));
}

interface Props {
  kmsKeys: KmsKey[];
  /** A dialog outlives the menu, which goes with what is selected. */
  open: OpenDialog;
}

export function BulkActions({ kmsKeys, open }: Props) {
  const items = useMemo(() => itemsFor(kmsKeys), [kmsKeys]);
  const follow = (id: string) => {
    const Many = operationNamed(id)?.Many;
    if (Many !== undefined) open((close) => <Many kmsKeys={kmsKeys} onClose={close} />);
  };
  return (
    <ButtonDropdown items={items} expandToViewport onItemClick={({ detail }) => follow(detail.id)}>
      {text.table.actions}
    </ButtonDropdown>
  );
}
