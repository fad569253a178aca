import { describe, expect, it } from "vitest";

import { inOrder, written, type Column } from "./columns";

const name: Column<{ name: string | null }> = { id: "name", header: "Name", value: (row) => row.name };

describe("rows", () => {
  it("are in the order of people, who count, and empty ones come last", () => {
    const rows = [{ name: "key-10" }, { name: null }, { name: "key-9" }, { name: "" }, { name: "a" }];
    expect(rows.sort(inOrder(name)).map((row) => row.name)).toEqual(["a", "key-9", "key-10", null, ""]);
  });
});

describe("values", () => {
  it("are written as they are read", () => {
    expect(written(["eu-west-1", "us-east-1"])).toBe("eu-west-1, us-east-1");
    expect(written(true)).toBe("yes");
    expect(written(null)).toBe("");
    expect(written(0)).toBe("0");
  });
});
