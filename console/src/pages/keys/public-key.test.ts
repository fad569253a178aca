import { describe, expect, it } from "vitest";

import { isSha256, looksPublic, saysPrivate } from "./public-key";

describe("a file for a public key", () => {
  it("is taken only where it holds one, and nothing private", () => {
    expect(looksPublic("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n")).toBe(true);
    expect(looksPublic("-----BEGIN CERTIFICATE-----")).toBe(false);
    expect(saysPrivate("-----BEGIN RSA PRIVATE KEY-----")).toBe(true);
    expect(looksPublic("-----BEGIN PUBLIC KEY-----\n-----BEGIN PRIVATE KEY-----")).toBe(false);
  });
});

describe("an expected SHA-256", () => {
  it("is whole, or left out", () => {
    expect(isSha256("")).toBe(true);
    expect(isSha256("0aF".padEnd(64, "0"))).toBe(true);
    expect(isSha256("0a")).toBe(false);
    expect(isSha256("x".repeat(64))).toBe(false);
  });
});
