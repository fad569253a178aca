// @vitest-environment node
// A log of a real server is proved; whatever is changed of what it answers is told.
import { describe, expect, it } from "vitest";

import { recorded } from "./recorded";
import type { Memory, Remembered } from "./remembered";
import type { Entry } from "./shown";
import { verify, type Log, type StepId, type Verdict, type Why } from "./verify";

const OTHER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

function logOf(changed: Partial<Log> = {}): Log {
  return {
    key: () => Promise.resolve(recorded.key),
    checkpoint: () => Promise.resolve(recorded.newer),
    inclusion: () => Promise.resolve(recorded.inclusion),
    consistency: () => Promise.resolve(recorded.consistency),
    ...changed,
  };
}

class Kept implements Memory {
  seen: Remembered | undefined;
  constructor(seen?: Remembered) {
    this.seen = seen;
  }
  load() {
    return this.seen;
  }
  keep(seen: Remembered) {
    this.seen = seen;
  }
  forget() {
    this.seen = undefined;
  }
}

const SEEN: Remembered = { key: recorded.key, note: recorded.older, at: "2026-01-01T00:00:00Z" };
const ENTRY: Entry = recorded.entry;

function flipHex(hex: string, at = 0): string {
  const other = hex[at] === "0" ? "1" : "0";
  return hex.slice(0, at) + other + hex.slice(at + 1);
}

function flipped(hashes: string[], at: number): string[] {
  return hashes.map((hash, place) => (place === at ? flipHex(hash, 63) : hash));
}

function failure(verdict: Verdict): [StepId, Why] | undefined {
  const failed = verdict.steps.find(({ state }) => state === "failed");
  return failed?.state === "failed" ? [failed.id, failed.why] : undefined;
}

async function failureOf(asked: {
  log?: Partial<Log>;
  seen?: Remembered;
  entry?: Entry;
  keptKey?: string;
}): Promise<[StepId, Why] | undefined> {
  const memory = new Kept(asked.seen ?? SEEN);
  const before = memory.seen;
  const found = await verify({
    log: logOf(asked.log),
    memory,
    entry: asked.entry ?? ENTRY,
    ...(asked.keptKey === undefined ? {} : { keptKey: asked.keptKey }),
  });
  expect(found.isProved).toBe(false);
  const [step] = failure(found) ?? [];
  // What was not proved of the log itself takes no place of what was proved.
  if (step !== "entry" && step !== "inclusion") expect(memory.seen).toBe(before);
  return failure(found);
}

describe("what a real server answered", () => {
  it("is proved, from the checkpoint that was seen before to the entry", async () => {
    const memory = new Kept(SEEN);
    const found = await verify({ log: logOf(), memory, entry: ENTRY, keptKey: recorded.key });
    expect(found.steps.map(({ id, state }) => [id, state])).toEqual([
      ["key", "proved"],
      ["checkpoint", "proved"],
      ["consistency", "proved"],
      ["entry", "proved"],
      ["inclusion", "proved"],
    ]);
    expect(found.isProved).toBe(true);
    expect(found.checkpoint?.size).toBe(recorded.newerSize);
    expect(memory.seen?.note).toBe(recorded.newer);
  });

  it("is remembered the first time", async () => {
    const memory = new Kept();
    const found = await verify({ log: logOf(), memory });
    expect(found.isProved).toBe(true);
    expect(found.steps).toContainEqual({ id: "consistency", state: "proved", note: "first-time" });
    expect(memory.seen?.key).toBe(recorded.key);
  });

  it("is proved without asking again where nothing was logged meanwhile", async () => {
    const memory = new Kept({ ...SEEN, note: recorded.newer });
    const asked = logOf({ consistency: () => Promise.reject(new Error("nobody asks for it")) });
    expect((await verify({ log: asked, memory })).isProved).toBe(true);
  });
});

describe("an entry", () => {
  const otherwise: [string, Partial<Entry>, Why][] = [
    [
      "one byte of what was logged",
      { leaf: ENTRY.leaf.replace('"result":"ok"', '"result":"oK"') },
      "shown-otherwise",
    ],
    ["blank space in what was logged", { leaf: `${ENTRY.leaf} ` }, "other-hash"],
    ["no JSON", { leaf: ENTRY.leaf.slice(0, -1) }, "shown-otherwise"],
    ["the actor", { actor: "user/eve" }, "shown-otherwise"],
    ["the action", { action: "key.destroy" }, "shown-otherwise"],
    ["the result", { result: "refused" }, "shown-otherwise"],
    ["the time", { at: "2026-01-01T00:00:00Z" }, "shown-otherwise"],
    ["the object", { object: { ...ENTRY.object, name: "other" } }, "shown-otherwise"],
    ["AWS's request", { aws_request_id: null }, "shown-otherwise"],
    ["a detail more", { detail: { ...ENTRY.detail, more: "x" } }, "shown-otherwise"],
    ["a detail less", { detail: {} }, "shown-otherwise"],
    ["the hash", { leaf_hash: flipHex(ENTRY.leaf_hash) }, "other-hash"],
    ["the hash cut", { leaf_hash: ENTRY.leaf_hash.slice(2) }, "other-hash"],
  ];
  it.each(otherwise)("with another value is told: %s", async (_, change, why) => {
    expect(await failureOf({ entry: { ...ENTRY, ...change } })).toEqual(["entry", why]);
  });

  it("that was never logged is told, though it agrees with itself", async () => {
    const leaf = ENTRY.leaf.replace(ENTRY.object.name, "forged");
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`\0${leaf}`)));
    const leafHash = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const entry = { ...ENTRY, leaf, leaf_hash: leafHash, object: { ...ENTRY.object, name: "forged" } };
    expect(await failureOf({ entry })).toEqual(["inclusion", "other-root"]);
  });

  it("at another place is told", async () => {
    expect(await failureOf({ entry: { ...ENTRY, index: ENTRY.index - 1 } })).toEqual([
      "inclusion",
      "other-root",
    ]);
  });

  it("that is newer than the checkpoint is told as not signed yet", async () => {
    expect(await failureOf({ entry: { ...ENTRY, index: recorded.newerSize } })).toEqual([
      "inclusion",
      "not-signed-yet",
    ]);
  });
});

describe("a proof of an entry", () => {
  it.each(recorded.inclusion.map((_, at) => at))("with a bit changed in hash %i is told", async (at) => {
    const log = { inclusion: () => Promise.resolve(flipped(recorded.inclusion, at)) };
    expect(await failureOf({ log })).toEqual(["inclusion", "other-root"]);
  });

  const cut: [string, string[], Why][] = [
    ["cut at its end", recorded.inclusion.slice(0, -1), "wrong-length"],
    ["cut at its beginning", recorded.inclusion.slice(1), "wrong-length"],
    ["empty", [], "wrong-length"],
    ["longer", [...recorded.inclusion, ENTRY.leaf_hash], "wrong-length"],
    ["turned round", recorded.inclusion.toReversed(), "other-root"],
    ["with half a hash", recorded.inclusion.map((hash) => hash.slice(0, 32)), "malformed-hash"],
    ["in capitals", recorded.inclusion.map((hash) => hash.toUpperCase()), "malformed-hash"],
  ];
  it.each(cut)("that is %s is told", async (_, hashes, why) => {
    expect(await failureOf({ log: { inclusion: () => Promise.resolve(hashes) } })).toEqual([
      "inclusion",
      why,
    ]);
  });
});

describe("a checkpoint", () => {
  const [origin, size, root] = recorded.newer.split("\n") as [string, string, string];
  const [, , , , signature] = recorded.newer.split("\n") as [string, string, string, string, string];
  const changed: [string, string, Why][] = [
    ["with another size", recorded.newer.replace(`\n${size}\n`, `\n${Number(size) + 1}\n`), "bad-signature"],
    ["with another root", recorded.newer.replace(root, flipBase64(root)), "bad-signature"],
    ["with another origin", recorded.newer.replace(origin, `${origin}0`), "bad-signature"],
    ["with a line more", recorded.newer.replace("\n\n", "\nmore\n\n"), "bad-signature"],
    ["with another signature", recorded.newer.replace(signature, flipLast(signature)), "bad-signature"],
    ["without a signature", recorded.newer.slice(0, recorded.newer.indexOf("—")), "malformed-note"],
    ["cut", recorded.newer.slice(0, -2), "malformed-note"],
    ["signed by another", recorded.newer.replace("— keyferry", "— elsewhere"), "not-signed"],
    ["with a control character", recorded.newer.replace(size, `${size}\r`), "malformed-note"],
    ["that is empty", "", "malformed-note"],
  ];
  it.each(changed)("%s is told", async (_, note, why) => {
    expect(await failureOf({ log: { checkpoint: () => Promise.resolve(note) } })).toEqual([
      "checkpoint",
      why,
    ]);
  });

  it("that there is not is told", async () => {
    expect(await failureOf({ log: { checkpoint: () => Promise.resolve(undefined) } })).toEqual([
      "checkpoint",
      "nothing-signed",
    ]);
  });
});

function flipBase64(text: string): string {
  return (text.startsWith("A") ? "B" : "A") + text.slice(1);
}

/** Another last byte of the signature, before the padding. */
function flipLast(line: string): string {
  const at = line.length - 5;
  return line.slice(0, at) + (line[at] === "A" ? "B" : "A") + line.slice(at + 1);
}

describe("the key", () => {
  it("that is not the one that a person keeps is told", async () => {
    expect(await failureOf({ keptKey: OTHER_KEY })).toEqual(["key", "not-your-key"]);
  });

  it("that is not the one that signed before is told", async () => {
    const log = { key: () => Promise.resolve(OTHER_KEY) };
    expect(await failureOf({ log })).toEqual(["key", "key-changed"]);
  });

  it("of another log does not open the checkpoint, even where nothing is remembered", async () => {
    const found = await verify({ log: logOf({ key: () => Promise.resolve(OTHER_KEY) }), memory: new Kept() });
    expect(failure(found)).toEqual(["checkpoint", "not-signed"]);
  });

  it("whose parts do not belong together is told", async () => {
    const log = { key: () => Promise.resolve(recorded.key.replace(/\+[0-9a-f]/, "+x")) };
    const found = await verify({ log: logOf(log), memory: new Kept() });
    expect(failure(found)).toEqual(["key", "bad-key"]);
  });
});

describe("what was seen before", () => {
  it("shows that entries are gone", async () => {
    const seen = { ...SEEN, note: recorded.newer };
    const log = { checkpoint: () => Promise.resolve(recorded.older) };
    expect(await failureOf({ log, seen })).toEqual(["consistency", "shorter"]);
  });

  it("cannot be any text", async () => {
    const seen = { ...SEEN, note: recorded.older.replace("\n85\n", "\n80\n") };
    expect(await failureOf({ seen })).toEqual(["consistency", "memory-damaged"]);
  });

  it.each(recorded.consistency.map((_, at) => at))(
    "is not proved by a proof with a bit changed in hash %i",
    async (at) => {
      const log = { consistency: () => Promise.resolve(flipped(recorded.consistency, at)) };
      const [step, why] = (await failureOf({ log })) ?? [];
      expect(step).toBe("consistency");
      expect(["other-root", "other-old-root"]).toContain(why);
    },
  );

  it.each([[[]], [recorded.consistency.slice(1)], [[...recorded.consistency, ENTRY.leaf_hash]]])(
    "is not proved by a proof of another length",
    async (hashes) => {
      const log = { consistency: () => Promise.resolve(hashes) };
      expect(await failureOf({ log })).toEqual(["consistency", "wrong-length"]);
    },
  );
});

describe("a server that cannot be asked", () => {
  it("proves nothing and fails as such", async () => {
    const log = logOf({ checkpoint: () => Promise.reject(new Error("no answer")) });
    await expect(verify({ log, memory: new Kept() })).rejects.toThrow("no answer");
  });
});
