import { describe as group, expect, it } from "vitest";

import { byNoun, givable, type Role } from "./roles";

const role = (name: string, actions: string[], scope = "group"): Role => ({
  name,
  actions,
  scope,
  excludes: [],
  built_in: true,
});

group("actions", () => {
  it("of roles of one's own are those of people's built-in roles, without rights over rights", () => {
    const roles = [
      role("administrator", ["role.manage", "kms-key.read", "group.update"]),
      role("auditor", ["kms-key.read", "audit.read"]),
      role("key-user", ["key.encrypt"]),
      role("security-officer", ["policy.manage"], "installation"),
    ];
    expect(givable(roles)).toEqual(["audit.read", "kms-key.read"]);
  });

  it("are shown by what they act on", () => {
    expect(byNoun(["kms-key.rotate", "key.read", "kms-key.read"])).toEqual([
      ["key", ["read"]],
      ["kms-key", ["read", "rotate"]],
    ]);
  });
});
