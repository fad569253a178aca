// What every dialog about a keystore takes.
import type { Keystore } from "./keystore";

export interface DialogProps {
  keystore: Keystore;
  onClose: () => void;
}

/** Routes that tell of a keystore. */
export const TOUCHES = ["/api/v1/keystores", "/api/v1/kms-keys", "/api/v1/found-keys"];
