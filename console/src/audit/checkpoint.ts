// Checkpoints (C2SP tlog-checkpoint): how many entries a log has, and their root, signed.
import { fromBase64, HASH_BYTES } from "./bytes";
import type { Tree } from "./merkle";
import { readNote, verifyNote, type NoteKey } from "./note";
import { Unproved } from "./unproved";

export interface Checkpoint extends Tree {
  /** The signed note that says so. */
  note: string;
}

/** Reads a signed checkpoint once its form, its signature and its log fit. */
export async function openCheckpoint(signed: string, key: NoteKey): Promise<Checkpoint> {
  const note = readNote(signed);
  await verifyNote(note, key);
  const [origin, count, encoded, ...more] = note.text.slice(0, -1).split("\n");
  const root = encoded === undefined ? undefined : fromBase64(encoded);
  const isCount = count !== undefined && /^(?:0|[1-9][0-9]{0,15})$/.test(count);
  if (!isCount || root?.length !== HASH_BYTES || more.includes("")) throw new Unproved("no-checkpoint");
  const size = Number(count);
  if (!Number.isSafeInteger(size)) throw new Unproved("no-checkpoint");
  if (origin !== key.name) throw new Unproved("other-log");
  return { size, root, note: signed };
}
