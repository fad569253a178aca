import { describe, expect, it } from "vitest";

import { isWhole, rotationDraft, rotationOf } from "./rotation";

const custom = rotationDraft("custom");

describe("a rotation schedule", () => {
  it("that is none of its own is one word", () => {
    expect(rotationOf(rotationDraft("inherit"))).toEqual({ every: "inherit" });
    expect(rotationOf(rotationDraft("never"))).toEqual({ every: "never" });
  });

  it("of its own tells how often, since when, and what follows", () => {
    const start = { date: "2028-01-01", time: "03:00", zone: "Europe/Berlin" };
    expect(rotationOf({ ...custom, every: "6mo", starts: true, start, oldKey: "disable" })).toEqual({
      every: "6mo",
      method: "new-key",
      old_key: "disable",
      at_budget: "switch-method",
      time_zone: "Europe/Berlin",
      start: "2028-01-01T02:00:00Z",
    });
  });

  it("is whole once its period and its start are", () => {
    expect(isWhole(custom)).toBe(true);
    expect(isWhole({ ...custom, every: "often" })).toBe(false);
    expect(isWhole({ ...custom, starts: true })).toBe(false);
    expect(isWhole({ ...rotationDraft("never"), every: "" })).toBe(true);
  });
});
