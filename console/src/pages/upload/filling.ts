// What the parts of the form share.
import type { Schemas } from "../../api/client";
import type { All } from "../../api/read";
import type { KeyFile } from "../../fields/key-file";
import type { Spec } from "../../fields/specs";
import type { Draft, Lack } from "./draft";

export type Keystore = Schemas["KeystoreView"];
export type Key = Schemas["KeyView"];

export interface Filling {
  draft: Draft;
  put: (part: Partial<Draft>) => void;
  file: KeyFile | undefined;
  onFile: (file: KeyFile | undefined) => void;
  /** What is lacking, once somebody wanted to go on. */
  lacks: readonly Lack[];
  keys: All<Key>;
  /** The kinds of key. */
  specs: readonly Spec[];
  keystores: All<Keystore>;
  /** The chosen one. */
  keystore: Keystore | undefined;
  groupName: (id: string) => string;
}
