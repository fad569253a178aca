import { describe, expect, it } from "vitest";

import { isArchive, onceOf } from "./once";

function asked(path: string, method = "POST") {
  return { request: { method, path } };
}

describe("what an approved request answers once", () => {
  it.each([
    ["/api/v1/users", { user: {}, password: "a" }, "password"],
    ["/api/v1/users/u1/reset-password", { user: {}, password: "a" }, "password"],
    ["/api/v1/me/tokens", { token: "a" }, "token"],
    ["/api/v1/applications/a1/keys", { key: {}, api_key: "a" }, "api_key"],
    ["/api/v1/applications/a1/keys/k1/rotate", { key: {}, api_key: "a" }, "api_key"],
    ["/api/v1/alert-destinations", { destination: {}, signing_secret: "a" }, "signing_secret"],
    ["/api/v1/audit-destinations", { destination: {}, signing_secret: "a" }, "signing_secret"],
    ["/api/v1/keys/k1/versions/1/download?public_key_sha256=00", { wrapped: "a" }, "wrapped"],
    ["/api/v1/keys/k1/decrypt", { plaintext: "a" }, "plaintext"],
    ["/api/v1/kms-keys/k1/encrypt", { ciphertext: "a" }, "ciphertext"],
    ["/api/v1/keys/k1/wrap", { wrapped_key: "a" }, "wrapped_key"],
  ])("is found by its route: %s", (path, answer, field) => {
    expect(onceOf(asked(path), answer)).toEqual({ field, value: "a" });
  });
  it("is nothing where it was given, or is null", () => {
    expect(onceOf(asked("/api/v1/users/u1/reset-password"), { user: {} })).toBeUndefined();
    expect(onceOf(asked("/api/v1/users"), { user: {}, password: null })).toBeUndefined();
    expect(onceOf(asked("/api/v1/users"), undefined)).toBeUndefined();
  });
  it("is nothing of other routes, whatever they answer", () => {
    expect(onceOf(asked("/api/v1/users/u1/lock"), { password: "a" })).toBeUndefined();
    expect(onceOf(asked("/api/v1/me/tokens", "DELETE"), { token: "a" })).toBeUndefined();
    expect(onceOf({ request: {} }, { token: "a" })).toBeUndefined();
  });
  it("is an archive where everything of a group is exported", () => {
    expect(isArchive(asked("/api/v1/groups/g1/export"))).toBe(true);
    expect(isArchive(asked("/api/v1/groups/g1/prepare-export"))).toBe(false);
    expect(isArchive(asked("/api/v1/keys/k1/versions/1/download"))).toBe(false);
  });
});
