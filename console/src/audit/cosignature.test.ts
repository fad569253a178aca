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
const SEEN = { witness: "auditor.example", at: "2026-11-23T16:35:32.000Z" };

describe("a checkpoint that a witness cosigned", () => {
  it("tells who saw it, and when", () => {
    expect(cosignaturesOf(SIGNED + LINE)).toEqual([SEEN]);
    expect(cosignaturesOf(SIGNED)).toEqual([]);
  });

  it("is proved with the key of the witness", async () => {
    await expect(verifyCosignature(SIGNED + LINE, await readWitnessKey(WITNESS))).resolves.toEqual(SEEN);
  });

  it("is not proved without its line, or with a character changed", async () => {
    const key = await readWitnessKey(WITNESS);
    await expect(verifyCosignature(SIGNED, key)).rejects.toThrow("not-signed");
    const otherSize = (SIGNED + LINE).replace("102", "103");
    await expect(verifyCosignature(otherSize, key)).rejects.toThrow("bad-signature");
    const otherTime = SIGNED + LINE.replace("BrBGtU", "BrBGtV");
    await expect(verifyCosignature(otherTime, key)).rejects.toThrow("bad-signature");
  });

  it("can claim a time that no calendar has", () => {
    const [start = "", encoded = ""] = LINE.trimEnd().split(/ (?=[^ ]+$)/);
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)).fill(0xff, 4, 12);
    const line = `${start} ${btoa(String.fromCharCode(...bytes))}\n`;
    expect(cosignaturesOf(SIGNED + line)).toEqual([{ witness: "auditor.example", at: undefined }]);
  });

  it("is proved in spite of a wrong line under the same name", async () => {
    const wrong = LINE.replace("QmRYRAQ==", "QmRYRAA==");
    const key = await readWitnessKey(WITNESS);
    await expect(verifyCosignature(SIGNED + wrong + LINE, key)).resolves.toEqual(SEEN);
  });

  it("takes no key of a log for one of a witness, nor the other way round", async () => {
    await expect(readWitnessKey(WITNESS.replace("+BI", "+AY"))).rejects.toThrow("bad-key");
    await expect(readKey(WITNESS)).rejects.toThrow("bad-key");
  });
});
