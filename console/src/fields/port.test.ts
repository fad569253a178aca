import { describe, expect, it } from "vitest";

import { isPort } from "./port";

describe("a port", () => {
  it("is a whole number that there is, or the usual one", () => {
    expect(["", "1", "465", "65535"].every(isPort)).toBe(true);
    expect(["0", "65536", "70000", "-1", "smtp"].some(isPort)).toBe(false);
  });
});
