// What a witness's cosignature proves of a log: which checkpoint of it was seen, and whether today's log goes on from it.
import { openCheckpoint, type Checkpoint } from "./checkpoint";
import { readWitnessKey, verifyCosignature, type Cosignature } from "./cosignature";
import type { NoteKey } from "./note";
import type { Memory } from "./remembered";
import { Unproved } from "./unproved";
import { checkpointStep, Failed, goesOn, keyStep, openRemembered, type Log, type Why } from "./verify";

export interface Witnessed extends Cosignature {
  /** How many entries the log had, as its key signed it. */
  size: number;
  /** The log's key is what the server said it is: nothing shows that it is so. */
  isTold: boolean;
  /** Why it is not proved that today's log goes on from what was seen; undefined where it is. */
  broken: Why | undefined;
}

export type Found = { proved: Witnessed } | { why: Why; of: "log" | "witness" };

interface Asked {
  log: Log;
  memory: Memory;
  /** The key of the log that the person keeps; the one that the server tells unless given. */
  keptKey: string;
  witnessKey: string;
  now: Date;
  /** The cosigned checkpoint, with what the server tells of it. */
  cosigned: { note: string; size: number };
}

async function tried<T>(step: () => Promise<T>): Promise<{ is: T } | { why: Why }> {
  try {
    return { is: await step() };
  } catch (error) {
    if (error instanceof Failed) return { why: error.why };
    if (error instanceof Unproved) return { why: error.reason };
    throw error;
  }
}

/** The log's own part of the note: its key, its name, and the size that was signed. */
async function opened({ log, memory, keptKey, cosigned }: Asked): Promise<[NoteKey, Checkpoint]> {
  const key = await keyStep({ log, keptKey }, memory.load());
  const seen = await openCheckpoint(cosigned.note, key);
  if (seen.size !== cosigned.size) throw new Failed("other-size");
  return [key, seen];
}

/** Throws unless the newest checkpoint goes on from the one that was seen, and what was proved here is of the same log. */
async function prolonged({ log, memory }: Asked, key: NoteKey, seen: Checkpoint): Promise<void> {
  const kept = memory.load();
  if (kept !== undefined) {
    const known = await openRemembered(kept, key);
    await (known.size < seen.size ? goesOn(log, known, seen) : goesOn(log, seen, known));
  }
  await goesOn(log, seen, await checkpointStep({ log }, key));
}

/** Proves a cosignature, step by step; what could not be asked is thrown on. */
export async function witnessed(asked: Asked): Promise<Found> {
  const witness = await tried(() => readWitnessKey(asked.witnessKey.trim()));
  if ("why" in witness) return { ...witness, of: "witness" };
  const cosignature = await tried(() => verifyCosignature(asked.cosigned.note, witness.is, asked.now));
  if ("why" in cosignature) return { ...cosignature, of: "witness" };
  const checkpoint = await tried(() => opened(asked));
  if ("why" in checkpoint) return { ...checkpoint, of: "log" };
  const [key, seen] = checkpoint.is;
  const going = await tried(() => prolonged(asked, key, seen));
  const broken = "why" in going ? going.why : undefined;
  const isTold = asked.keptKey.trim() === "";
  return { proved: { ...cosignature.is, size: seen.size, isTold, broken } };
}
