import { describe, expect, it } from "vitest";

import { subjectPage } from "./subject";

describe("what something is about", () => {
  it("leads to its page", () => {
    expect(subjectPage("kms-key:019a")).toBe("/kms-keys/019a");
    expect(subjectPage("connection:019b")).toBe("/connections/019b");
    expect(subjectPage("group:019d")).toBe("/groups/019d");
    expect(subjectPage("audit:log")).toBe("/audit");
  });
  it("that has none leads nowhere", () => {
    expect(subjectPage("destination:019c")).toBeUndefined();
    expect(subjectPage("nonsense")).toBeUndefined();
  });
});
