// The specs of keys that AWS takes imported material for, with what each is used for; the default first.
const ENCRYPT = "ENCRYPT_DECRYPT";
const SIGN = "SIGN_VERIFY";
const MAC = "GENERATE_VERIFY_MAC";
const AGREE = "KEY_AGREEMENT";

export const USAGES: Record<string, readonly string[]> = {
  "AES-256": [ENCRYPT],
  "HMAC-224": [MAC],
  "HMAC-256": [MAC],
  "HMAC-384": [MAC],
  "HMAC-512": [MAC],
  "RSA-2048": [ENCRYPT, SIGN],
  "RSA-3072": [ENCRYPT, SIGN],
  "RSA-4096": [ENCRYPT, SIGN],
  "ECC-P256": [SIGN, AGREE],
  "ECC-P384": [SIGN, AGREE],
  "ECC-P521": [SIGN, AGREE],
  "ECC-SECP256K1": [SIGN],
  ED25519: [SIGN],
};

export const SPECS = Object.keys(USAGES);

/** What a spec is used for unless somebody says otherwise. */
export function usualUsage(spec: string): string {
  return USAGES[spec]?.[0] ?? ENCRYPT;
}
