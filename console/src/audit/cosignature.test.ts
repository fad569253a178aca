// @vitest-environment node
// Cosignatures, against one that the command line made.
import { describe, expect, it } from "vitest";

import { cosignaturesOf, readWitnessKey, verifyCosignature } from "./cosignature";
import { readKey } from "./note";

const WITNESS = "auditor.example+7484ca56+BIZsW/VLJhMwCgtSLU72c2z7tn8lxOIeZ3vujmWOS73j";
const SIGNED = `keyferry/f77cdee86a103ceb
102
1zaJdE9VRG0v+Jsgdx4y8dhaGKXy/xb/7jZmgHkid8M=

— keyferry/f77cdee86a103ceb tsOdRWfHnDl2MIM3MEt/T7j/REQYZoYwwLJvlbVttd+Xt7XjoaGacNp71wtpXD0w1ValL/Yl4NHc5ROrJXfEIj1pEQI=
`;
const LINE =
  "— auditor.example dITKVgAAAABrBGtUDjcZY0Z5LvtCdFn3057oloPJYeW1DYkqfIse7vsErxVB664iHnRXhwiq6bZaIRD9pwvbD1VyL4sYAKAQmRYRAQ==\n";
const NOW = new Date("2026-11-23T17:00:00Z");
const SEEN = { witness: "auditor.example", at: "2026-11-23T16:35:32.000Z" };

describe("a checkpoint that a witness cosigned", () => {
  it("tells who saw it, and when", () => {
    expect(cosignaturesOf(SIGNED + LINE)).toEqual([SEEN]);
    expect(cosignaturesOf(SIGNED)).toEqual([]);
  });

  it("is proved with the key of the witness", async () => {
    await expect(verifyCosignature(SIGNED + LINE, await readWitnessKey(WITNESS), NOW)).resolves.toEqual(SEEN);
  });

  it("is not proved without its line, or with a character changed", async () => {
    const key = await readWitnessKey(WITNESS);
    await expect(verifyCosignature(SIGNED, key, NOW)).rejects.toThrow("not-signed");
    const otherSize = (SIGNED + LINE).replace("102", "103");
    await expect(verifyCosignature(otherSize, key, NOW)).rejects.toThrow("bad-signature");
    const otherTime = SIGNED + LINE.replace("BrBGtU", "BrBGtV");
    await expect(verifyCosignature(otherTime, key, NOW)).rejects.toThrow("bad-signature");
  });

  it("can claim a time that no calendar has", () => {
    const [start = "", encoded = ""] = LINE.trimEnd().split(/ (?=[^ ]+$)/);
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)).fill(0xff, 4, 12);
    const line = `${start} ${btoa(String.fromCharCode(...bytes))}\n`;
    expect(cosignaturesOf(SIGNED + line)).toEqual([{ witness: "auditor.example", at: undefined }]);
  });

  it("counts up to five minutes before the time that it tells, and not earlier", async () => {
    const key = await readWitnessKey(WITNESS);
    const at = (time: string) => verifyCosignature(SIGNED + LINE, key, new Date(time));
    await expect(at("2026-11-23T16:30:32Z")).resolves.toEqual(SEEN);
    await expect(at("2026-11-23T16:30:31Z")).rejects.toThrow("bad-time");
  });

  it("does not count without a time", async () => {
    const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
    const note = SIGNED.slice(0, SIGNED.indexOf("\n\n") + 1);
    const said = new TextEncoder().encode(`cosignature/v1\ntime 0\n${note}`);
    const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, said));
    const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    const name = new TextEncoder().encode("nobody.example\n\x04");
    const hash = await crypto.subtle.digest("SHA-256", Uint8Array.of(...name, ...raw));
    const id = new Uint8Array(hash).slice(0, 4);
    const base64 = (...bytes: number[]) => btoa(String.fromCharCode(...bytes));
    const hex = Array.from(id, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const key = await readWitnessKey(`nobody.example+${hex}+${base64(4, ...raw)}`);
    const line = `— nobody.example ${base64(...id, ...new Uint8Array(8), ...signature)}\n`;
    await expect(verifyCosignature(SIGNED + line, key, NOW)).rejects.toThrow("bad-time");
  });

  it("is proved in spite of a wrong line under the same name", async () => {
    const wrong = LINE.replace("QmRYRAQ==", "QmRYRAA==");
    const key = await readWitnessKey(WITNESS);
    await expect(verifyCosignature(SIGNED + wrong + LINE, key, NOW)).resolves.toEqual(SEEN);
  });

  it("takes no key of a log for one of a witness, nor the other way round", async () => {
    await expect(readWitnessKey(WITNESS.replace("+BI", "+AY"))).rejects.toThrow("bad-key");
    await expect(readKey(WITNESS)).rejects.toThrow("bad-key");
  });
});
