// The whole check, step by step: whose key, what it signed, that nothing older is gone, and that an entry is in it.
import { areEqual, fromHex, HASH_BYTES, utf8, type Bytes } from "./bytes";
import { openCheckpoint, type Checkpoint } from "./checkpoint";
import { leafHash, verifyConsistency, verifyInclusion } from "./merkle";
import { readKey, type NoteKey } from "./note";
import type { Memory, Remembered } from "./remembered";
import { notAsLogged, type Entry } from "./shown";
import { Unproved, type Reason } from "./unproved";

/** What a server tells of its log. */
export interface Log {
  key(): Promise<string>;
  /** The newest signed checkpoint, if there is any. */
  checkpoint(): Promise<string | undefined>;
  inclusion(index: number, size: number): Promise<string[]>;
  consistency(oldSize: number, size: number): Promise<string[]>;
}

export type StepId = "key" | "checkpoint" | "consistency" | "entry" | "inclusion";

export type Why =
  | Reason
  /** The key is not the one that the person keeps. */
  | "not-your-key"
  /** The key is not the one that signed before. */
  | "key-changed"
  | "nothing-signed"
  /** The server tells another number of entries than was signed. */
  | "other-size"
  /** The log has fewer entries than were seen here. */
  | "shorter"
  /** What this browser remembers is no checkpoint of this log. */
  | "memory-damaged"
  /** The entry is shown otherwise than it was logged. */
  | "shown-otherwise"
  /** The entry's hash is not the one that the server tells. */
  | "other-hash"
  /** The entry is newer than the newest checkpoint. */
  | "not-signed-yet";

export type Step =
  | { id: StepId; state: "proved"; note?: "told" | "first-time" | "kept" }
  | { id: StepId; state: "failed"; why: Why; fields?: string[] }
  /** What was before it failed, or there is nothing to compare with. */
  | { id: StepId; state: "skipped"; why?: Why };

export interface Verdict {
  steps: Step[];
  checkpoint: Checkpoint | undefined;
  isProved: boolean;
}

interface Asked {
  log: Log;
  memory: Memory;
  /** The key that the person keeps; the one that the server tells unless given. */
  keptKey?: string | undefined;
  entry?: Entry | undefined;
  now?: () => Date;
}

/** Why a step fails that no proof fails by. */
export class Failed extends Error {
  readonly why: Why;
  readonly fields: string[] | undefined;

  constructor(why: Why, fields?: string[]) {
    super(why);
    this.why = why;
    this.fields = fields;
  }
}

function hashes(texts: readonly string[]): Bytes[] {
  return texts.map((text) => {
    const hash = fromHex(text);
    if (hash?.length !== HASH_BYTES) throw new Unproved("malformed-hash");
    return hash;
  });
}

/** The key that the person keeps, or the server tells, and told before. */
export async function keyStep(
  { log, keptKey }: Pick<Asked, "log" | "keptKey">,
  seen: Remembered | undefined,
): Promise<NoteKey> {
  const told = await log.key();
  const wanted = keptKey?.trim() ?? "";
  if (wanted !== "") {
    const key = await readKey(wanted);
    if (wanted !== told) throw new Failed("not-your-key");
    return key;
  }
  if (seen !== undefined && seen.key !== "" && seen.key !== told) throw new Failed("key-changed");
  return readKey(told);
}

/** The newest checkpoint of the log. */
export async function checkpointStep({ log }: Pick<Asked, "log">, key: NoteKey): Promise<Checkpoint> {
  const note = await log.checkpoint();
  if (note === undefined) throw new Failed("nothing-signed");
  return openCheckpoint(note, key);
}

/** Throws unless a log goes on from an older checkpoint. */
export async function goesOn(log: Log, old: Checkpoint, now: Checkpoint): Promise<void> {
  if (old.size > now.size) throw new Failed("shorter");
  const needsProof = old.size > 0 && old.size < now.size;
  const proof = needsProof ? await log.consistency(old.size, now.size) : [];
  await verifyConsistency(old, now, hashes(proof));
}

/** What this browser remembers, opened. */
export async function openRemembered(seen: Remembered, key: NoteKey): Promise<Checkpoint> {
  try {
    return await openCheckpoint(seen.note, key);
  } catch {
    throw new Failed("memory-damaged");
  }
}

async function consistencyStep({ log }: Asked, key: NoteKey, seen: Remembered, now: Checkpoint) {
  const old = await openRemembered(seen, key);
  await goesOn(log, old, now);
}

async function entryStep(entry: Entry): Promise<Bytes> {
  const fields = notAsLogged(entry);
  if (fields.length > 0) throw new Failed("shown-otherwise", fields);
  const hash = await leafHash(utf8(entry.leaf));
  const told = fromHex(entry.leaf_hash);
  if (told === undefined || !areEqual(told, hash)) throw new Failed("other-hash");
  return hash;
}

async function inclusionStep({ log }: Asked, entry: Entry, leaf: Bytes, { size, root }: Checkpoint) {
  if (entry.index >= size) throw new Failed("not-signed-yet");
  await verifyInclusion(leaf, entry.index, size, hashes(await log.inclusion(entry.index, size)), root);
}

/** Does a step; what does not fit is told, what could not be asked is thrown on. */
async function told<T>(id: StepId, steps: Step[], step: () => Promise<T>): Promise<T | undefined> {
  try {
    const found = await step();
    steps.push({ id, state: "proved" });
    return found;
  } catch (error) {
    if (error instanceof Failed) {
      const { why, fields } = error;
      steps.push({ id, state: "failed", why, ...(fields === undefined ? {} : { fields }) });
    } else if (error instanceof Unproved) {
      steps.push({ id, state: "failed", why: error.reason });
    } else throw error;
    return undefined;
  }
}

function verdict(asked: Asked, steps: Step[], checkpoint: Checkpoint | undefined): Verdict {
  const all: StepId[] = ["key", "checkpoint", "consistency", ...(asked.entry ? ENTRY : [])];
  const done = new Map(steps.map((step) => [step.id, step]));
  const told = all.map((id) => done.get(id) ?? ({ id, state: "skipped" } satisfies Step));
  const isProved = told.every(({ state }) => state === "proved");
  return { steps: told, checkpoint, isProved };
}

const ENTRY: StepId[] = ["entry", "inclusion"];

/** Proves the log, and an entry of it. What was proved is remembered, so that nothing of it can vanish unseen. */
export async function verify(asked: Asked): Promise<Verdict> {
  const { memory, entry } = asked;
  const steps: Step[] = [];
  const seen = memory.load();
  const key = await told("key", steps, () => keyStep(asked, seen));
  if (key === undefined) return verdict(asked, steps, undefined);
  const isKept = (asked.keptKey?.trim() ?? "") !== "";
  steps[0] = { id: "key", state: "proved", note: isKept ? "kept" : "told" };
  const checkpoint = await told("checkpoint", steps, () => checkpointStep(asked, key));
  if (checkpoint === undefined) return verdict(asked, steps, undefined);
  if (seen === undefined) steps.push({ id: "consistency", state: "proved", note: "first-time" });
  else await told("consistency", steps, () => consistencyStep(asked, key, seen, checkpoint));
  if (entry !== undefined) {
    const leaf = await told("entry", steps, () => entryStep(entry));
    if (leaf !== undefined)
      await told("inclusion", steps, () => inclusionStep(asked, entry, leaf, checkpoint));
  }
  if (steps.every(({ id, state }) => ENTRY.includes(id) || state === "proved")) {
    const at = (asked.now ?? (() => new Date()))().toISOString();
    // Another tab may have kept one meanwhile: the next time is proved against that.
    if (memory.load()?.note === seen?.note) memory.keep({ key: key.text, note: checkpoint.note, at });
  }
  return verdict(asked, steps, checkpoint);
}
