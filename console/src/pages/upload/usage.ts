// What a KMS key may be used for in AWS, by its spec.
import type { Filling } from "./filling";

const ENCRYPT = "ENCRYPT_DECRYPT";
const SIGN = "SIGN_VERIFY";
const MAC = "GENERATE_VERIFY_MAC";
const AGREE = "KEY_AGREEMENT";

/** AWS's usages of a spec, the usual one first; all where the spec is not known. */
export function usagesOf(spec: string): string[] {
  if (spec === "") return [ENCRYPT, SIGN, MAC, AGREE];
  if (spec.startsWith("AES")) return [ENCRYPT];
  if (spec.startsWith("HMAC")) return [MAC];
  if (spec.startsWith("RSA")) return [ENCRYPT, SIGN];
  return spec.startsWith("ECC-P") ? [SIGN, AGREE] : [SIGN];
}

/** The spec of the key to be, as far as it is known before the server reads a file. */
export function specOf({ draft, keys, keystore }: Pick<Filling, "draft" | "keys" | "keystore">): string {
  if (draft.way === "existing") return keys.items.find(({ id }) => id === draft.key)?.spec ?? "";
  if (draft.way === "file") return draft.reading.spec;
  return draft.spec || (keystore?.template.spec ?? "");
}

/** What it is used for unless somebody says otherwise; undefined where that is not known yet. */
export function usualUsage(filling: Pick<Filling, "draft" | "keys" | "keystore">): string | undefined {
  const spec = specOf(filling);
  if (spec === "") return undefined;
  const template = filling.keystore?.template;
  const usages = usagesOf(spec);
  return template !== undefined && usages.includes(template.usage) ? template.usage : usages[0];
}
