// Signed notes (C2SP signed-note, Ed25519): a text, and lines below it that say who signed it.
import { areEqual, fromBase64, fromHex, sha256, utf8, type Bytes } from "./bytes";
import { Unproved } from "./unproved";

const ED25519 = 1;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const LINES_MAX = 100;
// Anything below a space but the end of a line.
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
const NAME = /^[^\s\p{Cc}+]+$/u;

/** A name and an Ed25519 public key that check notes. */
export interface NoteKey {
  /** As it was read. */
  text: string;
  name: string;
  id: Bytes;
  key: Bytes;
}

interface Signature {
  name: string;
  id: Bytes;
  signature: Bytes;
}

/** A text with its signatures, not yet checked. */
export interface Note {
  text: string;
  signatures: Signature[];
}

async function keyId(name: string, algorithm: number, key: Bytes): Promise<Bytes> {
  return (await sha256(utf8(`${name}\n`), Uint8Array.of(algorithm), key)).slice(0, KEY_ID_BYTES);
}

/** Reads `<name>+<key id>+<key>`; of signatures unless another algorithm is told. */
export async function readKey(text: string, algorithm = ED25519): Promise<NoteKey> {
  const [, name, id, encoded] = /^([^+]+)\+([^+]+)\+(.+)$/s.exec(text) ?? [];
  const bytes = encoded === undefined ? undefined : fromBase64(encoded);
  const told = id === undefined ? undefined : fromHex(id);
  if (name === undefined || !NAME.test(name) || bytes === undefined || told === undefined)
    throw new Unproved("bad-key");
  const key = bytes.slice(1);
  if (bytes[0] !== algorithm || key.length !== KEY_BYTES) throw new Unproved("bad-key");
  // The id is derived: a text that tells another was altered.
  if (!areEqual(told, await keyId(name, algorithm, key))) throw new Unproved("bad-key");
  return { text, name, id: told, key };
}

function readSignature(line: string): Signature {
  const [, name, encoded] = /^— ([^ ]+) (.+)$/s.exec(line) ?? [];
  const bytes = encoded === undefined ? undefined : fromBase64(encoded);
  if (name === undefined || !NAME.test(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES)
    throw new Unproved("malformed-note");
  return { name, id: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) };
}

/** Reads a note; signatures are not checked here. */
export function readNote(note: string): Note {
  const end = note.lastIndexOf("\n\n");
  if (CONTROL.test(note) || end < 0 || !note.endsWith("\n")) throw new Unproved("malformed-note");
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > LINES_MAX) throw new Unproved("malformed-note");
  return { text: note.slice(0, end + 1), signatures: lines.map(readSignature) };
}

/** Whether a key signed a text. */
export async function isSigned(text: string, { key }: NoteKey, signature: Bytes): Promise<boolean> {
  const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", imported, signature, utf8(text));
}

/** The signatures that name a key. */
export function claimsOf(note: Note, key: NoteKey): Signature[] {
  return note.signatures.filter(({ name, id }) => name === key.name && areEqual(id, key.id));
}

/** Throws unless this key signed the note; signatures of others are ignored. */
export async function verifyNote(note: Note, key: NoteKey): Promise<void> {
  const claims = claimsOf(note, key);
  if (claims.length === 0) throw new Unproved("not-signed");
  for (const claim of claims) {
    if (!(await isSigned(note.text, key, claim.signature))) throw new Unproved("bad-signature");
  }
}
