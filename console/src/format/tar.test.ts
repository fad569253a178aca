// @vitest-environment node
import { describe, expect, it } from "vitest";

import { tar } from "../audit/export";
import { readTar } from "./tar";

const content = new TextEncoder().encode("x".repeat(700));
const archive = tar([
  { path: "README.txt", content: new Uint8Array() },
  { path: "material/k/1.oaep", content },
]);

describe("an archive", () => {
  it("gives its files", () => {
    const { files, isWhole } = readTar(archive);
    expect([...files.keys()]).toEqual(["README.txt", "material/k/1.oaep"]);
    expect(files.get("material/k/1.oaep")).toEqual(content);
    expect(isWhole).toBe(true);
  });
  it("that was cut anywhere is not whole", () => {
    for (let length = 0; length < archive.length; length += 100) {
      expect(readTar(archive.subarray(0, length)).isWhole).toBe(false);
    }
  });
  it("that is none has no files", () => {
    expect(readTar(new TextEncoder().encode("{".repeat(2000))).files.size).toBe(0);
  });
});
