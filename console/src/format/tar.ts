// Archives (POSIX ustar) that the server answers, as far as they are read here: plain files, one after the other.
const BLOCK = 512;
const NAME: Field = [0, 100];
const SIZE: Field = [124, 12];
const PREFIX: Field = [345, 155];

type Field = [at: number, length: number];

export interface Archive {
  files: Map<string, Uint8Array>;
  /** It has its end: nothing of it was lost on the way. */
  isWhole: boolean;
}

function textIn(header: Uint8Array, [at, length]: Field): string {
  const [text = ""] = new TextDecoder().decode(header.subarray(at, at + length)).split("\0");
  return text;
}

function isEmpty(block: Uint8Array): boolean {
  return block.length === BLOCK && block.every((byte) => byte === 0);
}

export function readTar(bytes: Uint8Array): Archive {
  const files = new Map<string, Uint8Array>();
  let at = 0;
  while (at + BLOCK <= bytes.length) {
    const header = bytes.subarray(at, at + BLOCK);
    if (isEmpty(header)) return { files, isWhole: isEmpty(bytes.subarray(at + BLOCK, at + 2 * BLOCK)) };
    const size = Number.parseInt(textIn(header, SIZE).trim(), 8);
    const prefix = textIn(header, PREFIX);
    at += BLOCK;
    if (!Number.isSafeInteger(size) || at + size > bytes.length) break;
    const name = textIn(header, NAME);
    files.set(prefix === "" ? name : `${prefix}/${name}`, bytes.subarray(at, at + size));
    at += Math.ceil(size / BLOCK) * BLOCK;
  }
  return { files, isWhole: false };
}
