import { describe, expect, it } from "vitest";

import { welcomeFor } from "./welcome";

const empty = { connections: 0, keystores: 0, kmsKeys: 0, keys: 0 };

describe("an empty installation", () => {
  it("begins with a connection", () => {
    expect(welcomeFor(empty)).toEqual({ done: [], next: "connection" });
  });
  it("goes on with a keystore, then with a key", () => {
    expect(welcomeFor({ ...empty, connections: 1 })).toEqual({ done: ["connection"], next: "keystore" });
    expect(welcomeFor({ ...empty, connections: 1, keystores: 1 })).toEqual({
      done: ["connection", "keystore"],
      next: "key",
    });
  });
  it("is so too for whoever may see no connections", () => {
    expect(welcomeFor({ ...empty, connections: undefined, keystores: 1 })?.next).toBe("key");
  });
});

describe("an installation with keys", () => {
  it("needs no welcome", () => {
    expect(welcomeFor({ ...empty, kmsKeys: 1 })).toBeUndefined();
    expect(welcomeFor({ ...empty, keys: 3 })).toBeUndefined();
  });
  it("is not taken for empty by whoever may not see, or as long as nothing was read", () => {
    expect(welcomeFor({ ...empty, kmsKeys: undefined })).toBeUndefined();
  });
});
