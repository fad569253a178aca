import { describe, expect, it } from "vitest";

import { changesOf, editable } from "./tag-changes";

describe("changes of tags", () => {
  const before = { stage: "test", owner: "ann" };

  it("are nothing where nothing was changed", () => {
    expect(changesOf(before, editable(before))).toEqual({});
  });

  it("name what is new, what has another value, and what goes", () => {
    const tags = [
      { key: "stage", value: "prod", existing: true },
      { key: "owner", value: "ann", existing: true, markedForRemoval: true },
      { key: "cost", value: "", existing: false },
      { key: "", value: "unfinished", existing: false },
    ];
    expect(changesOf(before, tags)).toEqual({ stage: "prod", cost: "", owner: null });
  });
});
