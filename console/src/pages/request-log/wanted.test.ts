import { describe, expect, it } from "vitest";

import { linesOf, queryOf, USUAL } from "./wanted";

describe("the lines that are wanted", () => {
  it("are the last ten of the current file at first", () => {
    expect(queryOf(USUAL)).toEqual({ lines: 10 });
  });

  it("are found by text, user and outcome", () => {
    const wanted = {
      ...USUAL,
      file: "request-1.log",
      lines: "500",
      q: " KeyCreate ",
      outcome: "failed" as const,
    };
    expect(queryOf(wanted)).toEqual({ lines: 500, file: "request-1.log", q: "KeyCreate", outcome: "failed" });
  });

  it.each(["", "0", "-1", "1.5", "10001", "ten", "1e3"])("cannot be %j in number", (lines) => {
    expect(linesOf({ ...USUAL, lines })).toBeUndefined();
  });

  it("can be ten thousand", () => {
    expect(linesOf({ ...USUAL, lines: "10000" })).toBe(10_000);
  });
});
