// The whole log as files (C2SP tlog-tiles) in one archive: what `keyferry audit verify` checks.
import { joined, utf8, type Bytes } from "./bytes";

const TILE_WIDTH = 256;
const AT_ONCE = 4;

/** One file of the log. */
export interface Tile {
  /** Of hashes, from 0; entries where there is none. */
  level: number | undefined;
  index: number;
  width: number;
}

function indexPath(index: number): string {
  const parts = [String(index % 1000).padStart(3, "0")];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    parts.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  return parts.join("/");
}

/** `tile/0/x001/234`, `tile/0/x001/234.p/17`, `tile/entries/000`… */
export function pathOf({ level, index, width }: Tile): string {
  const part = width === TILE_WIDTH ? "" : `.p/${width}`;
  return `tile/${level ?? "entries"}/${indexPath(index)}${part}`;
}

function onLevel(level: number | undefined, hashes: number): Tile[] {
  return Array.from({ length: Math.ceil(hashes / TILE_WIDTH) }, (_, index) => ({
    level,
    index,
    width: Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH),
  }));
}

/** Every file of a log with so many entries. */
export function tilesOf(size: number): Tile[] {
  const tiles = onLevel(undefined, size);
  let level = 0;
  for (let width = size; width > 0; width = Math.floor(width / TILE_WIDTH)) {
    tiles.push(...onLevel(level, width));
    level += 1;
  }
  return tiles;
}

const BLOCK = 512;
const octal = (number: number, length: number) => `${number.toString(8).padStart(length - 1, "0")}\0`;

/** The header of one plain file (POSIX ustar). */
function header(path: string, length: number): Bytes {
  const bytes = new Uint8Array(BLOCK);
  const write = (at: number, content: string) => bytes.set(utf8(content), at);
  write(0, path);
  write(100, octal(0o644, 8));
  write(108, octal(0, 8));
  write(116, octal(0, 8));
  write(124, octal(length, 12));
  write(136, octal(0, 12));
  write(148, "        ");
  write(156, "0");
  write(257, "ustar\u000000");
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  write(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return bytes;
}

export function tar(files: readonly { path: string; content: Bytes }[]): Bytes {
  const parts = files.flatMap(({ path, content }) => [
    header(path, content.length),
    content,
    new Uint8Array((BLOCK - (content.length % BLOCK)) % BLOCK),
  ]);
  return joined(...parts, new Uint8Array(2 * BLOCK));
}

/** The log under a checkpoint, as an archive. */
export async function exportOf(
  checkpoint: { size: number; note: string },
  fetch: (tile: Tile) => Promise<Bytes>,
  tell: (done: number, all: number) => void,
): Promise<Bytes> {
  const tiles = tilesOf(checkpoint.size);
  const files: { path: string; content: Bytes }[] = [];
  for (let at = 0; at < tiles.length; at += AT_ONCE) {
    tell(at, tiles.length);
    const some = tiles.slice(at, at + AT_ONCE);
    const contents = await Promise.all(some.map(fetch));
    files.push(...some.map((tile, place) => ({ path: pathOf(tile), content: contents[place] as Bytes })));
  }
  return tar([{ path: "checkpoint", content: utf8(checkpoint.note) }, ...files]);
}
