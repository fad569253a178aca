// What a file says that should hold a public key.

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
