import { describe, expect, it } from "vitest";

import { possibleOperations, usagesOf, usualOperations, type Spec } from "./specs";

const aes: Spec = {
  spec: "AES-256",
  aws_spec: "SYMMETRIC_DEFAULT",
  usages: ["ENCRYPT_DECRYPT"],
  usual_operations: ["encrypt", "unwrap"],
  possible_operations: ["encrypt", "unwrap", "unwrap-file"],
  rotates_in_place: true,
};
const rsa: Spec = { ...aes, spec: "RSA-2048", usages: ["ENCRYPT_DECRYPT", "SIGN_VERIFY"] };

describe("what goes with a spec", () => {
  it("is what the server tells of it", () => {
    expect(usagesOf([aes, rsa], "AES-256")).toEqual(["ENCRYPT_DECRYPT"]);
    expect(usualOperations([aes, rsa], "AES-256")).toEqual(["encrypt", "unwrap"]);
    expect(possibleOperations([aes, rsa], "AES-256")).toEqual(["encrypt", "unwrap", "unwrap-file"]);
  });

  it("is what goes with any of them, once each, where it is not known", () => {
    expect(usagesOf([aes, rsa], "")).toEqual(["ENCRYPT_DECRYPT", "SIGN_VERIFY"]);
  });

  it("is nothing while nothing was told", () => {
    expect(usagesOf([], "AES-256")).toEqual([]);
  });
});
