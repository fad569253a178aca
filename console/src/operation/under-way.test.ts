import { describe, expect, it } from "vitest";

import { isUnderWay } from "./under-way";

describe("a job", () => {
  it("is under way until it has ended", () => {
    expect(isUnderWay({ kind: "kms-key.create", state: "waiting" })).toBe(true);
    expect(isUnderWay({ kind: "kms-key.create", state: "stuck" })).toBe(false);
  });
  it("that watches an account is not: it never ends", () => {
    expect(isUnderWay({ kind: "connection.watch", state: "waiting" })).toBe(false);
  });
});
