// @vitest-environment node
// Signed notes, against the key and note of the documentation of Go's golang.org/x/mod/sumdb/note.
import { describe, expect, it } from "vitest";

import { fromBase64 } from "./bytes";
import { openCheckpoint } from "./checkpoint";
import { readKey, readNote, verifyNote } from "./note";

const KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const SIGNATURE =
  "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const NOTE = `${TEXT}\n${SIGNATURE}`;

describe("a note that another program signed", () => {
  it("is accepted", async () => {
    const note = readNote(NOTE);
    expect(note.text).toBe(TEXT);
    await expect(verifyNote(note, await readKey(KEY))).resolves.toBeUndefined();
  });

  it("is accepted with signatures of others beside it", async () => {
    const note = readNote(`${NOTE}— witness.example AAAAAAAA\n`);
    await expect(verifyNote(note, await readKey(KEY))).resolves.toBeUndefined();
  });

  it("is refused with one wrong signature beside the right one", async () => {
    const wrong = SIGNATURE.replace("JnAM=", "JnAE=");
    await expect(verifyNote(readNote(`${NOTE}${wrong}`), await readKey(KEY))).rejects.toThrow(
      "bad-signature",
    );
  });

  it("is no checkpoint", async () => {
    await expect(openCheckpoint(NOTE, await readKey(KEY))).rejects.toThrow("no-checkpoint");
  });

  it("is refused with any character changed", async () => {
    const key = await readKey(KEY);
    for (let at = 0; at < TEXT.length - 1; at += 1) {
      const changed = TEXT.slice(0, at) + (TEXT[at] === "x" ? "y" : "x") + TEXT.slice(at + 1);
      await expect(verifyNote(readNote(`${changed}\n${SIGNATURE}`), key)).rejects.toThrow("bad-signature");
    }
  });

  it.each([
    ["no empty line", TEXT + SIGNATURE],
    ["no end of the last line", NOTE.slice(0, -1)],
    ["a line that is no signature", `${NOTE}more\n`],
    ["a signature without bytes", `${TEXT}\n— PeterNeumann x08gow==\n`],
    ["a control character", NOTE.replace("If", "I\tf")],
    ["too many signatures", `${TEXT}\n${SIGNATURE.repeat(101)}`],
  ])("is refused with %s", (_, note) => {
    expect(() => readNote(note)).toThrow("malformed-note");
  });
});

describe("a key", () => {
  it.each([
    ["another id", KEY.replace("c74f20a3", "c74f20a4")],
    ["another name", KEY.replace("Peter", "Paula")],
    ["another algorithm", KEY.replace("+ARpc", "+Ahpc")],
    ["fewer bytes", KEY.replace("10TW", "")],
    ["two parts", "name+c74f20a3"],
    ["nothing", ""],
  ])("with %s is refused", async (_, text) => {
    await expect(readKey(text)).rejects.toThrow("bad-key");
  });
});

describe("base64", () => {
  it.each(["A", "AA", "AAA", "AB==", "AAB=", "A===", "AA=A", "AA A", "-_=="])("%s is none", (text) => {
    expect(fromBase64(text)).toBeUndefined();
  });
});
