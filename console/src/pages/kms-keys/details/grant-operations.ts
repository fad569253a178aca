// What can be granted on a KMS key, in AWS's words.
import type { KmsKey } from "./kms-key";

const ALWAYS = ["DescribeKey", "CreateGrant", "RetireGrant"];
const SYMMETRIC = [
  "Encrypt",
  "Decrypt",
  "GenerateDataKey",
  "GenerateDataKeyWithoutPlaintext",
  "GenerateDataKeyPair",
  "GenerateDataKeyPairWithoutPlaintext",
  "ReEncryptFrom",
  "ReEncryptTo",
];
const ASYMMETRIC: Record<string, string[]> = {
  ENCRYPT_DECRYPT: ["Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GetPublicKey"],
  SIGN_VERIFY: ["Sign", "Verify", "GetPublicKey"],
  KEY_AGREEMENT: ["DeriveSharedSecret", "GetPublicKey"],
};

export function grantOperations({ aws_spec: spec, usage }: KmsKey): string[] {
  if (usage === "GENERATE_VERIFY_MAC") return ["GenerateMac", "VerifyMac", ...ALWAYS];
  if (spec === "SYMMETRIC_DEFAULT") return [...SYMMETRIC, ...ALWAYS];
  return [...(ASYMMETRIC[usage] ?? []), ...ALWAYS];
}
