// What can be done with the key that is selected in the list.
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useNavigate } from "react-router";

import { useDialog } from "../../shell/use-dialog";
import { text } from "../../text";
import { Asked, type Dialog } from "./asked";
import type { Key } from "./columns";

const words = text.keys;
const UPLOAD = "upload";

export function RowActions({ of }: { of: Key | undefined }) {
  const navigate = useNavigate();
  const [dialog, open] = useDialog();
  const begin = (id: string) => {
    if (of === undefined) return;
    if (id === UPLOAD) void navigate(`/kms-keys/upload?key=${of.id}`);
    else open((close) => <Asked dialog={id as Dialog} of={of} onClose={close} />);
  };
  return (
    <>
      <ButtonDropdown
        disabled={of === undefined}
        items={[
          { id: UPLOAD, text: words.kmsKeys.upload },
          { id: "new-version", text: words.newVersion.open },
          ...words.actions,
        ]}
        onItemClick={({ detail }) => begin(detail.id)}
      >
        {text.table.actions}
      </ButtonDropdown>
      {dialog}
    </>
  );
}
