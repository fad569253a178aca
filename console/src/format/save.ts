// Files that the browser keeps where the person wants them.

/** By then the browser has begun to read. */
const READ_WITHIN = 1_000;

export function save(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), READ_WITHIN);
}

/** A file as the API gives it: bytes as Base64. */
export function saveBytes(name: string, base64: string): void {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  save(name, bytes, "application/octet-stream");
}
