import { describe, expect, it } from "vitest";

import { nameOf, removalOf, setting, type Rule } from "./rule";

const fields = { class: "destructive", group: "", approvers: "1", hours: "" };

describe("a rule", () => {
  it("of the installation names no group, and waits as long as usual", () => {
    expect(setting(fields)?.change.body).toEqual({ class: "destructive", approvers: 1 });
  });
  it("of a group waits as long as was said", () => {
    expect(setting({ ...fields, group: "019a", hours: "24" })?.change.body).toEqual({
      class: "destructive",
      approvers: 1,
      group: "019a",
      hours: 24,
    });
  });
  it("makes no sense without a number of people", () => {
    expect(setting({ ...fields, approvers: "" })).toBeUndefined();
    expect(setting({ ...fields, approvers: "two" })).toBeUndefined();
    expect(setting({ ...fields, hours: "-1" })).toBeUndefined();
  });
  it("is removed by whose it is", () => {
    const rule: Rule = { class: "use", approvers: 1, hours: 24, changed_at: "2026-01-01T00:00:00Z" };
    expect(removalOf({ ...rule, group: "019a", group_name: "prod" }).name).toBe("prod");
    expect(removalOf(rule).name).toBe("installation");
  });
  it("is called by its class and its group", () => {
    expect(nameOf({ class: "use" })).toBe("use");
    expect(nameOf({ class: "use", group_name: "prod" })).toBe("use in prod");
  });
});
