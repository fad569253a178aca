// What can be done with one KMS key, in lists and on its page.
import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import { useMemo } from "react";

import { text } from "../../text";
import type { KmsKey } from "../../kms-key/columns";
import type { OpenDialog } from "../../shell/use-dialog";
import { OPERATIONS, operationNamed } from "./operations";
import { useObserve } from "./observe";

const OBSERVE = "observe";

function itemsFor(kmsKey: KmsKey | undefined): ButtonDropdownProps.ItemOrGroup[] {
  if (kmsKey === undefined) return [];
  const groups = OPERATIONS.map(({ text: name, operations }) => ({
    text: name,
    items: operations.map(({ id, text: label, unfit }) => {
      const reason = unfit(kmsKey);
      return { id, text: label, ...(reason === undefined ? {} : { disabled: true, disabledReason: reason }) };
    }),
  }));
  return [{ id: OBSERVE, text: text.kmsKeys.operations.observe }, ...groups];
}

interface Props {
  kmsKey: KmsKey | undefined;
  /** A dialog outlives the menu, which goes with what is selected. */
  open: OpenDialog;
}

/** The operations on a KMS key; none where none is chosen. */
export function KmsKeyActions({ kmsKey, open }: Props) {
  const [observe, isObserving] = useObserve();
  const items = useMemo(() => itemsFor(kmsKey), [kmsKey]);
  const follow = (id: string) => {
    if (kmsKey === undefined) return;
    if (id === OBSERVE) return void observe(kmsKey);
    const operation = operationNamed(id);
    if (operation !== undefined) open((close) => <operation.One kmsKey={kmsKey} onClose={close} />);
  };
  return (
    <ButtonDropdown
      disabled={kmsKey === undefined}
      loading={isObserving}
      items={items}
      expandToViewport
      onItemClick={({ detail }) => follow(detail.id)}
    >
      {text.table.actions}
    </ButtonDropdown>
  );
}
