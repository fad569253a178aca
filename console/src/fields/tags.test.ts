import { describe, expect, it } from "vitest";

import { rowsOf, tagChanges, tagsOf } from "./tags";

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
});
