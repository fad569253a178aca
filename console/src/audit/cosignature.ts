// Cosignatures (C2SP tlog-cosignature): witnesses say that they saw a checkpoint, and when.
import type { Bytes } from "./bytes";
import { claimsOf, isSigned, readKey, readNote, type NoteKey } from "./note";
import { Unproved } from "./unproved";

const TIMESTAMPED_ED25519 = 4;
const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;

/** Seconds by which a witness's clock may be ahead of this one. */
const CLOCKS_APART_MAX = 300;

/** What a line claims. */
export interface Cosignature {
  witness: string;
  /** When it saw the checkpoint, in ISO 8601; undefined where the line tells no time of any calendar. */
  at: string | undefined;
}

// The last second that a date can tell.
const SECONDS_MAX = 8_640_000_000_000n;

function secondsOf(signature: Bytes): bigint {
  return new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
}

function momentOf(seconds: bigint): string | undefined {
  return seconds > SECONDS_MAX ? undefined : new Date(Number(seconds) * 1000).toISOString();
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

/** Whether it can have been signed at such a time: none is told by 0, and what lies ahead was not seen yet. */
function isPast(seconds: bigint, now: Date): boolean {
  return seconds > 0n && seconds <= BigInt(Math.floor(now.getTime() / 1000) + CLOCKS_APART_MAX);
}

/** Gives when this witness saw the checkpoint, the latest time where there are several; throws unless it did. */
export async function verifyCosignature(signed: string, key: NoteKey, now: Date): Promise<Cosignature> {
  const note = readNote(signed);
  const claims = claimsOf(note, key);
  if (claims.length === 0) throw new Unproved("not-signed");
  const times: bigint[] = [];
  // Anybody can add a line that claims to be a witness's: one that is right is enough.
  for (const { signature } of claims.filter((claim) => claim.signature.length > TIME_BYTES)) {
    const seconds = secondsOf(signature);
    const said = `cosignature/v1\ntime ${String(seconds)}\n${note.text}`;
    if (await isSigned(said, key, signature.slice(TIME_BYTES))) times.push(seconds);
  }
  if (times.length === 0) throw new Unproved("bad-signature");
  const [first, ...more] = times.filter((time) => isPast(time, now));
  if (first === undefined) throw new Unproved("bad-time");
  const latest = more.reduce((one, other) => (other > one ? other : one), first);
  return { witness: key.name, at: momentOf(latest) };
}
