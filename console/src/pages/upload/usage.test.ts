import { describe, expect, it } from "vitest";

import { emptyDraft } from "./draft";
import type { Filling } from "./filling";
import { usagesOf, usualUsage } from "./usage";

function filling(spec: string, template: { spec: string; usage: string }) {
  const draft = { ...emptyDraft(null), spec };
  return { draft, keys: { items: [] }, keystore: { template } } as unknown as Filling;
}

describe("the usage of a KMS key", () => {
  it("is one of those that AWS has for the spec", () => {
    expect(usagesOf("AES-256")).toEqual(["ENCRYPT_DECRYPT"]);
    expect(usagesOf("HMAC-384")).toEqual(["GENERATE_VERIFY_MAC"]);
    expect(usagesOf("RSA-3072")).toEqual(["ENCRYPT_DECRYPT", "SIGN_VERIFY"]);
    expect(usagesOf("ECC-P256")).toEqual(["SIGN_VERIFY", "KEY_AGREEMENT"]);
    expect(usagesOf("ECC-SECP256K1")).toEqual(["SIGN_VERIFY"]);
    expect(usagesOf("ED25519")).toEqual(["SIGN_VERIFY"]);
  });

  it("is usually the template's, where the spec has it", () => {
    const signing = { spec: "RSA-2048", usage: "SIGN_VERIFY" };
    expect(usualUsage(filling("", signing))).toBe("SIGN_VERIFY");
    expect(usualUsage(filling("RSA-4096", signing))).toBe("SIGN_VERIFY");
    expect(usualUsage(filling("AES-256", signing))).toBe("ENCRYPT_DECRYPT");
  });

  it("is not known before a file is read", () => {
    const { draft, ...rest } = filling("", { spec: "AES-256", usage: "ENCRYPT_DECRYPT" });
    expect(usualUsage({ ...rest, draft: { ...draft, way: "file" } })).toBeUndefined();
  });
});
