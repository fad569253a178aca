// What can be done with the connection that is selected in the list.
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useNavigate } from "react-router";

import { OperationDialog } from "../../operation/operation-dialog";
import { useDialog } from "../../shell/use-dialog";
import { text } from "../../text";
import { rotation } from "./access-key-part";
import { DeleteDialog } from "./delete-dialog";
import type { Connection } from "./settings";

const words = text.connections;

export function RowActions({ of }: { of: Connection | undefined }) {
  const navigate = useNavigate();
  const [dialog, open] = useDialog();
  const begin = (id: string) => {
    if (of === undefined) return;
    if (id === "edit") void navigate(`/connections/${of.id}/edit`);
    if (id === "keys") void navigate(`/kms-keys?connection=${encodeURIComponent(of.name)}`);
    if (id === "rotate") open((close) => <OperationDialog operation={rotation(of)} onClose={close} />);
    if (id === "delete") open((close) => <DeleteDialog connection={of} onClose={close} />);
  };
  return (
    <>
      <ButtonDropdown
        disabled={of === undefined}
        items={[
          { id: "edit", text: words.page.edit },
          { id: "keys", text: words.page.manageKeys },
          { id: "rotate", text: words.accessKey.rotate, disabled: of?.access_key == null },
          { id: "delete", text: words.page.delete },
        ]}
        onItemClick={({ detail }) => begin(detail.id)}
      >
        {words.page.actions}
      </ButtonDropdown>
      {dialog}
    </>
  );
}
