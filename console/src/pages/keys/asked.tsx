// What can be done with a key, each in its dialog.
import Box from "@cloudscape-design/components/box";

import { change } from "../../api/change";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import type { Key } from "./columns";
import { CopyDialog } from "./copy-dialog";
import { EditDialog } from "./edit-dialog";
import { ImportDialog } from "./import-dialog";
import { RotateDialog } from "./rotate-dialog";
import { RotationDialog } from "./rotation-dialog";

const words = text.keys;

export type Dialog = "new-version" | "import" | "rotate" | "copy" | "edit" | "rotation";

export function Asked({ dialog, of, onClose }: { dialog: Dialog; of: Key; onClose: () => void }) {
  switch (dialog) {
    case "import":
      return <ImportDialog of={of} onClose={onClose} />;
    case "rotate":
      return <RotateDialog of={of} onClose={onClose} />;
    case "copy":
      return <CopyDialog of={of} onClose={onClose} />;
    case "edit":
      return <EditDialog of={of} onClose={onClose} />;
    case "rotation":
      return <RotationDialog of={of} onClose={onClose} />;
    case "new-version":
      return (
        <OperationDialog
          operation={{
            title: words.newVersion.title(of.name),
            name: of.name,
            change: change("post", "/api/v1/keys/{key}/versions", { path: { key: of.id } }),
          }}
          render={(preview) => <Box>{words.newVersion.preview((preview as Key).current_version)}</Box>}
          onClose={onClose}
        />
      );
  }
}
