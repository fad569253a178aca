// @vitest-environment node
// What a cosignature proves, and what it does not: notes that the log did not sign, of other logs, of other sizes.
import { beforeAll, describe, expect, it } from "vitest";

import { joined, sha256, toBase64, toHex, utf8, type Bytes } from "./bytes";
import { leafHash, nodeHash } from "./merkle";
import type { Memory, Remembered } from "./remembered";
import type { Log } from "./verify";
import { witnessed } from "./witnessed";

const LOG = 1;
const WITNESS = 4;
const SEEN_AT = 1_700_000_000n;
const NOW = new Date("2026-01-01T00:00:00Z");

class Signer {
  readonly name: string;
  readonly text: string;
  readonly #id: Bytes;
  readonly #key: CryptoKey;

  private constructor(name: string, id: Bytes, key: CryptoKey, text: string) {
    this.name = name;
    this.#id = id;
    this.#key = key;
    this.text = text;
  }

  static async make(name: string, algorithm: number): Promise<Signer> {
    const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
    const key = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    const id = (await sha256(utf8(`${name}\n`), Uint8Array.of(algorithm), key)).slice(0, 4);
    const text = `${name}+${toHex(id)}+${toBase64(joined(Uint8Array.of(algorithm), key))}`;
    return new Signer(name, id, pair.privateKey, text);
  }

  async sign(said: string): Promise<Bytes> {
    return new Uint8Array(await crypto.subtle.sign("Ed25519", this.#key, utf8(said)));
  }

  line(signature: Bytes): string {
    return `— ${this.name} ${toBase64(joined(this.#id, signature))}\n`;
  }
}

function secondsOf(time: bigint): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, time);
  return bytes;
}

let log: Signer;
let other: Signer;
let witness: Signer;
let first: Bytes;
let second: Bytes;
let both: Bytes;

beforeAll(async () => {
  log = await Signer.make("keyferry/log", LOG);
  other = await Signer.make("keyferry/other", LOG);
  witness = await Signer.make("auditor.example", WITNESS);
  [first, second] = await Promise.all([leafHash(utf8("one")), leafHash(utf8("two"))]);
  both = await nodeHash(first, second);
});

async function signed(size: number, root: Bytes, by: Signer = log, origin = by.name): Promise<string> {
  const text = `${origin}\n${size}\n${toBase64(root)}\n`;
  return `${text}\n${by.line(await by.sign(text))}`;
}

async function cosigned(note: string, at = SEEN_AT): Promise<string> {
  const text = note.slice(0, note.lastIndexOf("\n\n") + 1);
  const signature = await witness.sign(`cosignature/v1\ntime ${String(at)}\n${text}`);
  return note + witness.line(joined(secondsOf(at), signature));
}

function memoryOf(seen?: Remembered): Memory {
  return { load: () => seen, keep: () => undefined, forget: () => undefined };
}

interface About {
  note: string;
  size?: number;
  keptKey?: string;
  witnessKey?: string;
  newest?: string | undefined;
  proof?: Bytes[];
  seen?: Remembered;
}

async function found(about: About) {
  const newest = "newest" in about ? about.newest : await signed(2, both);
  const server: Log = {
    key: () => Promise.resolve(log.text),
    checkpoint: () => Promise.resolve(newest),
    inclusion: () => Promise.reject(new Error("nobody asks for it")),
    consistency: () => Promise.resolve((about.proof ?? [second]).map(toHex)),
  };
  return witnessed({
    log: server,
    memory: memoryOf(about.seen),
    keptKey: about.keptKey ?? log.text,
    witnessKey: about.witnessKey ?? witness.text,
    now: NOW,
    cosigned: { note: about.note, size: about.size ?? 1 },
  });
}

describe("a cosigned checkpoint", () => {
  it("is proved with the time, the size that was signed, and that today's log goes on from it", async () => {
    const note = await cosigned(await signed(1, first));
    const proved = {
      witness: "auditor.example",
      at: "2023-11-14T22:13:20.000Z",
      size: 1,
      isTold: false,
      broken: undefined,
    };
    expect(await found({ note })).toEqual({ proved });
    expect(await found({ note, keptKey: " " })).toEqual({ proved: { ...proved, isTold: true } });
  });

  it("that the log did not sign proves nothing, whoever else did", async () => {
    const text = `${log.name}\n1\n${toBase64(first)}\n`;
    const stranger = await cosigned(`${text}\n${other.line(await other.sign(text))}`);
    expect(await found({ note: stranger })).toEqual({ why: "not-signed", of: "log" });
    const forged = await cosigned(`${text}\n${log.line(await log.sign("something else"))}`);
    expect(await found({ note: forged })).toEqual({ why: "bad-signature", of: "log" });
  });

  it("of another log is none of this log, though its key signed it", async () => {
    const note = await cosigned(await signed(1, first, log, other.name));
    expect(await found({ note })).toEqual({ why: "other-log", of: "log" });
  });

  it("that the server tells with another size is told", async () => {
    const note = await cosigned(await signed(1, first));
    expect(await found({ note, size: 2 })).toEqual({ why: "other-size", of: "log" });
  });

  it("is not proved by the key of another witness, nor by what is no key", async () => {
    const note = await cosigned(await signed(1, first));
    const stranger = await Signer.make("auditor.example", WITNESS);
    expect(await found({ note, witnessKey: stranger.text })).toEqual({ why: "not-signed", of: "witness" });
    expect(await found({ note, witnessKey: "x" })).toEqual({ why: "bad-key", of: "witness" });
  });

  it("is not taken with a key of the log that the person does not keep", async () => {
    const note = await cosigned(await signed(1, first));
    expect(await found({ note, keptKey: other.text })).toEqual({ why: "not-your-key", of: "log" });
  });

  it("proves nothing with a time that no calendar has", async () => {
    const note = await cosigned(await signed(1, first), 2n ** 64n - 1n);
    expect(await found({ note })).toEqual({ why: "bad-time", of: "witness" });
  });
});

describe("today's log", () => {
  it("does not go on from what was seen by a wrong proof, or where it is shorter", async () => {
    const note = await cosigned(await signed(1, first));
    expect(await found({ note, proof: [first] })).toMatchObject({ proved: { broken: "other-root" } });
    const longer = await cosigned(await signed(2, both));
    const newest = await signed(1, first);
    expect(await found({ note: longer, size: 2, newest })).toMatchObject({ proved: { broken: "shorter" } });
  });

  it("is not compared where it has no signed checkpoint", async () => {
    const note = await cosigned(await signed(1, first));
    expect(await found({ note, newest: undefined })).toMatchObject({ proved: { broken: "nothing-signed" } });
  });

  it("must be the one that was proved here", async () => {
    const note = await cosigned(await signed(1, first));
    const seen = { key: log.text, note: await signed(1, second), at: "2026-01-01T00:00:00Z" };
    expect(await found({ note, seen })).toMatchObject({ proved: { broken: "other-root" } });
    const same = { ...seen, note: await signed(2, both) };
    expect(await found({ note, seen: same })).toMatchObject({ proved: { broken: undefined } });
  });

  it("that cannot be asked for is no proof", async () => {
    const note = await cosigned(await signed(1, first));
    const asked = {
      log: {
        key: () => Promise.resolve(log.text),
        checkpoint: () => Promise.reject(new Error("no answer")),
        inclusion: () => Promise.resolve([]),
        consistency: () => Promise.resolve([]),
      },
      memory: memoryOf(),
      keptKey: log.text,
      witnessKey: witness.text,
      now: NOW,
      cosigned: { note, size: 1 },
    };
    await expect(witnessed(asked)).rejects.toThrow("no answer");
  });
});
