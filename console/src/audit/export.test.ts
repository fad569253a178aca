// @vitest-environment node
import { describe, expect, it } from "vitest";

import { utf8 } from "./bytes";
import { exportOf, pathOf, tilesOf } from "./export";

describe("the files of a log", () => {
  it("of few entries are one bundle and one tile", () => {
    expect(tilesOf(85).map(pathOf)).toEqual(["tile/entries/000.p/85", "tile/0/000.p/85"]);
    expect(tilesOf(0)).toEqual([]);
  });

  it("have hashes of hashes above 256", () => {
    expect(tilesOf(257).map(pathOf)).toEqual([
      "tile/entries/000",
      "tile/entries/001.p/1",
      "tile/0/000",
      "tile/0/001.p/1",
      "tile/1/000.p/1",
    ]);
  });

  it("are named in groups of three digits", () => {
    expect(pathOf({ level: 0, index: 1_234_067, width: 256 })).toBe("tile/0/x001/x234/067");
    expect(pathOf({ level: undefined, index: 1234, width: 17 })).toBe("tile/entries/x001/234.p/17");
  });
});

describe("an export", () => {
  it("is an archive with the checkpoint first, each file at a block, and two empty blocks at its end", async () => {
    const told: number[] = [];
    const archive = await exportOf(
      { size: 3, note: "note\n" },
      (tile) => Promise.resolve(utf8(pathOf(tile))),
      (done) => told.push(done),
    );
    expect(archive.length % 512).toBe(0);
    const text = new TextDecoder().decode(archive);
    expect(text.startsWith("checkpoint\0")).toBe(true);
    expect(text.slice(512, 517)).toBe("note\n");
    expect(text.slice(1024, 1024 + 20)).toBe("tile/entries/000.p/3");
    expect(text.slice(1536, 1536 + 20)).toBe("tile/entries/000.p/3");
    expect(text.slice(-1024)).toBe("\0".repeat(1024));
    expect(told).toEqual([0]);
  });
});
