// What a file says that should hold a public key.
import { fromBase64, sha256, toHex } from "../../audit/bytes";

/** Private keys have no business here. */
export function saysPrivate(pem: string): boolean {
  return pem.includes("PRIVATE KEY");
}

export function looksPublic(pem: string): boolean {
  return pem.includes("-----BEGIN PUBLIC KEY-----") && !saysPrivate(pem);
}

const SHA256 = /^[0-9a-f]{64}$/i;

/** Whether somebody typed a whole SHA-256, or nothing. */
export function isSha256(typed: string): boolean {
  return typed === "" || SHA256.test(typed);
}

/** The SHA-256 of the key within a PEM block, as OpenSSL tells it; undefined where it is none. */
export async function fingerprintOf(pem: string): Promise<string | undefined> {
  const [, block] = /-----BEGIN PUBLIC KEY-----([^-]*)-----END PUBLIC KEY-----/.exec(pem) ?? [];
  const der = block === undefined ? undefined : fromBase64(block.replaceAll(/\s/g, ""));
  return der === undefined || der.length === 0 ? undefined : toHex(await sha256(der));
}
