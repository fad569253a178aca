import { describe, expect, it } from "vitest";

import type { Spec } from "../../fields/specs";
import { emptyDraft } from "./draft";
import type { Filling } from "./filling";
import { usualUsage } from "./usage";

function told(spec: string, ...usages: string[]): Spec {
  const none = { usual_operations: [], possible_operations: [], rotates_in_place: false };
  return { spec, aws_spec: spec, usages, ...none };
}

const specs = [
  told("AES-256", "ENCRYPT_DECRYPT"),
  told("RSA-2048", "ENCRYPT_DECRYPT", "SIGN_VERIFY"),
  told("RSA-4096", "ENCRYPT_DECRYPT", "SIGN_VERIFY"),
];

function filling(spec: string, template: { spec: string; usage: string }) {
  const draft = { ...emptyDraft(null), spec };
  return { draft, specs, keys: { items: [] }, keystore: { template } } as unknown as Filling;
}

describe("the usage of a KMS key", () => {
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
