import { describe, expect, it } from "vitest";

import { isSaidAgain, keyFault, rowsOf, tagChanges, tagsOf, valueFault } from "./tags";

describe("tags", () => {
  const before = { stage: "test", owner: "ann" };

  it("are rows and back again, but for rows without a key", () => {
    expect(tagsOf([...rowsOf(before), { key: " ", value: "lost" }])).toEqual(before);
  });

  it("change nothing where nothing was changed", () => {
    expect(tagChanges(before, rowsOf(before))).toEqual({});
  });

  it("name what is new, what has another value, and what goes", () => {
    const rows = [
      { key: "stage", value: "prod" },
      { key: "cost", value: "" },
      { key: "", value: "unfinished" },
    ];
    expect(tagChanges(before, rows)).toEqual({ stage: "prod", cost: "", owner: null });
  });

  it("change as they are made: without blanks around a new key, and without rows that have none", () => {
    const rows = [...rowsOf(before), { key: " cost ", value: "1" }, { key: " ", value: "lost" }];
    expect(tagChanges(before, rows)).toEqual({ cost: "1" });
    expect(tagChanges(before, [{ key: "stage ", value: "test" }])).toEqual({ owner: null });
  });

  it("change nothing where a key that is there has blanks around it", () => {
    const spaced = { " stage ": "test" };
    expect(tagChanges(spaced, rowsOf(spaced))).toEqual({});
  });

  it("count once for each key, and are told where they do not", () => {
    const rows = [...rowsOf(before), { key: "stage ", value: "prod" }, { key: "", value: "" }];
    expect(tagChanges(before, rows)).toEqual({ stage: "prod" });
    expect(rows.map((_, index) => isSaidAgain(rows, index))).toEqual([true, false, false, false]);
    expect(
      isSaidAgain(
        [
          { key: "", value: "" },
          { key: "", value: "" },
        ],
        0,
      ),
    ).toBe(false);
  });

  it("say what AWS would not take, and nothing of what it takes", () => {
    const fault = (key: string) => keyFault([{ key, value: "" }], 0);
    expect(["aws:x", "AWS:x", "keyferry:op", " aws:x"].map(fault)).toEqual(Array(4).fill("reserved"));
    expect(fault("k".repeat(129))).toBe("key");
    expect(fault("what?")).toBe("character");
    expect(["", "Köln", "awsome", "a b_.:/=+-@", "k".repeat(128)].map(fault)).toEqual(
      Array(5).fill(undefined),
    );
    const value = (said: string) => valueFault({ key: "k", value: said });
    expect(value("v".repeat(257))).toBe("value");
    expect(value("a;b")).toBe("character");
    expect(["", "v".repeat(256), "ü"].map(value)).toEqual(Array(3).fill(undefined));
  });
});
