import { describe, expect, it } from "vitest";

import { cellOf, headerOf, reportOf } from "./statement";

const statement = {
  format: 1,
  kind: "report",
  report: "keys",
  as_of: "2026-03-31T23:59:59Z",
  issued_at: "2026-04-01T08:00:00Z",
  issued_to: "user/ann",
  columns: ["key", "age_days"],
  rows: [{ key: "cards", age_days: 3 }],
  notes: { age_days: "whole days" },
  checkpoint: "keyferry/1\n85\nroot\n\n— keyferry/1 signature\n",
};

describe("a report", () => {
  it("is read from what was signed", () => {
    expect(reportOf(statement)).toEqual({
      report: "keys",
      asOf: "2026-03-31T23:59:59Z",
      issuedAt: "2026-04-01T08:00:00Z",
      issuedTo: "user/ann",
      columns: ["key", "age_days"],
      rows: [{ key: "cards", age_days: 3 }],
      notes: [["age_days", "whole days"]],
      size: "85",
    });
  });

  it.each([[null], [[]], [{ kind: "receipt", rows: [] }], [{ kind: "report" }]])("is not %j", (other) => {
    expect(reportOf(other)).toBeUndefined();
  });
});

describe("a cell", () => {
  const moment = (time: string) => `at ${time}`;
  it.each([
    [null, ""],
    [true, "yes"],
    [3, "3"],
    ["cards", "cards"],
    ["2026-03-31T23:59:59Z", "at 2026-03-31T23:59:59Z"],
    [["a", "b"], "a; b"],
    [[{ by: "user/bob", verdict: "approved" }], "by user/bob, verdict approved"],
  ])("of %j is told as %j", (value, told) => {
    expect(cellOf(value, moment)).toBe(told);
  });
});

describe("a column", () => {
  it("has a name of its own, or is told by its words", () => {
    expect(headerOf("age_days", { age_days: "Age in days" })).toBe("Age in days");
    expect(headerOf("asked_at", {})).toBe("Asked at");
  });
});
