// What every dialog about a keystore takes.
import type { Keystore } from "./keystore";

export interface DialogProps {
  keystore: Keystore;
  onClose: () => void;
}

/** Routes that tell of a keystore. */
export { TOUCHES } from "../../operation/sync-dialog";
