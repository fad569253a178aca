import { describe, expect, it } from "vitest";

import { findable, inOrder, places, written, type Column } from "./columns";

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

describe("places of rows", () => {
  it("are those of the order, and equal rows share theirs", () => {
    const rows = [{ name: "key-10" }, { name: "key-9" }, { name: null }, { name: "key-9" }];
    const placeOf = places(name, rows);
    expect(rows.map(placeOf)).toEqual([1, 0, 2, 0]);
  });
});

describe("a column of several texts", () => {
  const regions: Column<{ regions: string[] }> = { id: "regions", header: "", value: (row) => row.regions };
  const row = { regions: ["eu-west-1", "us-east-1"] };
  const matches = (operator: string, token: string) => {
    const operators = findable(regions).operators ?? [];
    const one = operators.find((each) => typeof each !== "string" && each.operator === operator);
    if (typeof one !== "object" || typeof one.match !== "function") throw new Error(operator);
    return one.match(regions.value(row), token);
  };
  it.each([
    ["=", "us-east-1", true],
    ["=", "us-east", false],
    ["!=", "us-east-1", false],
    ["!=", "eu-north-1", true],
    [":", "EAST", true],
    ["!:", "north", true],
    ["^", "us", true],
  ])("is found by each of them: %s %s", (operator, token, found) => {
    expect(matches(operator, token)).toBe(found);
  });
});
