import { describe, expect, it } from "vitest";

import { factsOf } from "./facts";

describe("a record of whatever form", () => {
  it("is shown by the names of its values, without what is empty", () => {
    const record = {
      class: "destructive",
      group: null,
      approvers: 1,
      template: { key_spec: "AES-256", tags: {}, users: [] },
      regions: ["eu-central-1", "us-east-1"],
    };
    expect(factsOf(record)).toEqual([
      ["Class", "destructive"],
      ["Approvers", "1"],
      ["Template · key spec", "AES-256"],
      ["Regions", "eu-central-1, us-east-1"],
    ]);
  });
  it("has times as people read them", () => {
    expect(factsOf({ expires_at: "2026-12-24T12:00:00Z" })[0]?.[1]).toMatch(/24 Dec 2026/);
  });
  it("that is none is nothing", () => {
    expect(factsOf(undefined)).toEqual([]);
    expect(factsOf("text")).toEqual([]);
  });
});
