// What can be done with the KMS keys that are selected in a list: with one, or with several.
import { useDialog } from "../../shell/use-dialog";
import type { KmsKey } from "../../kms-key/columns";
import { KmsKeyActions } from "./actions";
import { BulkActions } from "./bulk-actions";

export default function SelectedActions({ kmsKeys }: { kmsKeys: KmsKey[] }) {
  const [dialog, open] = useDialog();
  return (
    <>
      {kmsKeys.length > 1 ? (
        <BulkActions kmsKeys={kmsKeys} open={open} />
      ) : (
        <KmsKeyActions kmsKey={kmsKeys[0]} open={open} />
      )}
      {dialog}
    </>
  );
}
