import { describe, expect, it } from "vitest";

import { recorded } from "../../audit/recorded";
import { filterOf, isPast, isSifted, isWanted, NOTHING, paramsOf, queryOf } from "./filter";

const entry = { ...recorded.entry, at: "2026-06-01T12:00:00Z", result: "ok" };

describe("a filter of entries", () => {
  it("is written in the address and read from it", () => {
    const filter = { ...NOTHING, actor: "user/ann", from: "2026-06-01T00:00:00+02:00" };
    expect(filterOf(paramsOf(filter))).toEqual(filter);
    expect(filterOf(new URLSearchParams("?other=1"))).toEqual(NOTHING);
  });

  it("asks the server for what it can find", () => {
    expect(queryOf({ ...NOTHING, action: "key.create", result: "ok" })).toEqual({ action: "key.create" });
    expect(isSifted({ ...NOTHING, action: "key.create" })).toBe(false);
    expect(isSifted({ ...NOTHING, result: "ok" })).toBe(true);
  });

  it("holds times with their zones against each other", () => {
    expect(isWanted({ ...NOTHING, from: "2026-06-01T14:00:00+02:00" }, entry)).toBe(true);
    expect(isWanted({ ...NOTHING, from: "2026-06-01T14:00:01+02:00" }, entry)).toBe(false);
    expect(isWanted({ ...NOTHING, until: "2026-06-01T11:59:59Z" }, entry)).toBe(false);
    expect(isWanted({ ...NOTHING, result: "refused" }, entry)).toBe(false);
  });

  it("knows when older entries need not be looked at", () => {
    expect(isPast({ ...NOTHING, from: "2026-06-02T00:00:00Z" }, entry)).toBe(true);
    expect(isPast({ ...NOTHING, from: "2026-05-02T00:00:00Z" }, entry)).toBe(false);
    expect(isPast(NOTHING, entry)).toBe(false);
    expect(isPast({ ...NOTHING, from: "2026-06-02T00:00:00Z" }, undefined)).toBe(false);
  });
});
