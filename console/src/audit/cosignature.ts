// Cosignatures (C2SP tlog-cosignature): witnesses say that they saw a checkpoint, and when.
import type { Bytes } from "./bytes";
import { claimsOf, isSigned, readKey, readNote, type NoteKey } from "./note";
import { Unproved } from "./unproved";

const TIMESTAMPED_ED25519 = 4;
const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;

/** What a line claims. */
export interface Cosignature {
  witness: string;
  /** When it saw the checkpoint, in ISO 8601. */
  at: string;
}

function secondsOf(signature: Bytes): number {
  return Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0));
}

function momentOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** Who cosigned a checkpoint, as it says itself: nothing of it is proved. */
export function cosignaturesOf(signed: string): Cosignature[] {
  const { text, signatures } = readNote(signed);
  const [origin] = text.split("\n");
  return signatures
    .filter(({ name, signature }) => name !== origin && signature.length === TIME_BYTES + SIGNATURE_BYTES)
    .map(({ name, signature }) => ({ witness: name, at: momentOf(secondsOf(signature)) }));
}

/** Reads the public key of a witness. */
export async function readWitnessKey(text: string): Promise<NoteKey> {
  return readKey(text, TIMESTAMPED_ED25519);
}

/** Gives when this witness saw the checkpoint, the latest time where there are several; throws unless it did. */
export async function verifyCosignature(signed: string, key: NoteKey): Promise<Cosignature> {
  const note = readNote(signed);
  const claims = claimsOf(note, key);
  if (claims.length === 0) throw new Unproved("not-signed");
  const times: number[] = [];
  // Anybody can add a line that claims to be a witness's: one that is right is enough.
  for (const { signature } of claims.filter((claim) => claim.signature.length > TIME_BYTES)) {
    const seconds = secondsOf(signature);
    const said = `cosignature/v1\ntime ${seconds}\n${note.text}`;
    if (await isSigned(said, key, signature.slice(TIME_BYTES))) times.push(seconds);
  }
  if (times.length === 0) throw new Unproved("bad-signature");
  return { witness: key.name, at: momentOf(Math.max(...times)) };
}
