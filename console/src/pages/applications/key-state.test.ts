import { describe, expect, it } from "vitest";

import { stateOf } from "./key-state";

describe("an API key", () => {
  const now = Date.parse("2026-06-01T12:00:00Z");
  const key = {
    id: "1",
    name: "production",
    actions: [],
    keys: [],
    created_at: "2026-05-01T00:00:00Z",
    expires_at: "2026-06-02T00:00:00Z",
  };

  it("is good until it ends, is replaced or revoked", () => {
    expect(stateOf(key, now)).toBe("good");
    expect(stateOf({ ...key, expires_at: "2026-06-01T12:00:00Z" }, now)).toBe("ended");
    expect(stateOf({ ...key, replaced_by: "2" }, now)).toBe("replaced");
    expect(stateOf({ ...key, replaced_by: "2", revoked_at: "2026-05-02T00:00:00Z" }, now)).toBe("revoked");
  });
});
