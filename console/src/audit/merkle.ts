// Proofs that a leaf is in a tree, and that one tree is the beginning of another (RFC 6962; checked as RFC 9162 says).
import { areEqual, sha256, type Bytes } from "./bytes";
import { Unproved } from "./unproved";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The hash of one leaf: SHA-256 of a zero byte and the leaf's bytes. */
export function leafHash(leaf: Bytes): Promise<Bytes> {
  return sha256(LEAF, leaf);
}

/** The hash of an inner node: SHA-256 of a one byte and both children. */
export function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(NODE, left, right);
}

/** The root of the tree without leaves. */
export function emptyRoot(): Promise<Bytes> {
  return sha256();
}

/** The two parts of the way from a leaf to the root. */
interface Shape {
  /** Levels below the point where the way meets the tree's right edge: a sibling on each. */
  inner: number;
  /** Levels above it that have a sibling: all of them to the left. */
  border: number;
}

function bits(number: bigint): string {
  return number === 0n ? "" : number.toString(2);
}

function shapeOf(index: bigint, size: bigint): Shape {
  const inner = bits(index ^ (size - 1n)).length;
  const border = bits(index >> BigInt(inner)).replaceAll("0", "").length;
  return { inner, border };
}

function parts({ inner, border }: Shape, proof: readonly Bytes[]): [readonly Bytes[], readonly Bytes[]] {
  if (proof.length !== inner + border) throw new Unproved("wrong-length");
  return [proof.slice(0, inner), proof.slice(inner)];
}

function isRightChild(position: bigint, level: number): boolean {
  return ((position >> BigInt(level)) & 1n) === 1n;
}

/** Climbs past siblings on either side, as the bits of `position` say. */
async function climb(start: Bytes, siblings: readonly Bytes[], position: bigint): Promise<Bytes> {
  let node = start;
  for (const [level, sibling] of siblings.entries()) {
    node = await (isRightChild(position, level) ? nodeHash(sibling, node) : nodeHash(node, sibling));
  }
  return node;
}

/** Climbs past siblings that are all to the left. */
async function climbRightEdge(start: Bytes, siblings: readonly Bytes[]): Promise<Bytes> {
  let node = start;
  for (const sibling of siblings) node = await nodeHash(sibling, node);
  return node;
}

function mustBeWithin(position: number, end: number): void {
  const isWhole = Number.isSafeInteger(position) && Number.isSafeInteger(end) && position >= 0;
  if (!isWhole || position > end) throw new Unproved("outside-the-tree");
}

/** Throws unless `leaf` is the leaf with this index in the tree with this size and root. */
export async function verifyInclusion(
  leaf: Bytes,
  index: number,
  size: number,
  proof: readonly Bytes[],
  root: Bytes,
): Promise<void> {
  mustBeWithin(index, size - 1);
  const place = BigInt(index);
  const [inner, border] = parts(shapeOf(place, BigInt(size)), proof);
  const found = await climbRightEdge(await climb(leaf, inner, place), border);
  if (!areEqual(found, root)) throw new Unproved("other-root");
}

export interface Tree {
  size: number;
  root: Bytes;
}

/** The tree that has no beginning but the empty one, or is as long: no hash is needed. */
async function verifyWithoutHashes(old: Tree, tree: Tree, proof: readonly Bytes[]): Promise<void> {
  if (proof.length !== 0) throw new Unproved("wrong-length");
  if (old.size === 0 && !areEqual(old.root, await emptyRoot())) throw new Unproved("other-old-root");
  if (old.size === tree.size && !areEqual(old.root, tree.root)) throw new Unproved("other-root");
}

/** Throws unless the old tree is the beginning of the other. */
export async function verifyConsistency(old: Tree, tree: Tree, proof: readonly Bytes[]): Promise<void> {
  mustBeWithin(old.size, tree.size);
  if (old.size === 0 || old.size === tree.size) return verifyWithoutHashes(old, tree, proof);
  // The largest perfect subtree at the old tree's right end is where both paths begin.
  const size = BigInt(old.size);
  const last = size - 1n;
  const level = bits(size).length - 1 - bits(size).lastIndexOf("1");
  const isPerfect = (size & last) === 0n;
  const [seed, ...rest] = isPerfect ? [old.root, ...proof] : proof;
  if (seed === undefined) throw new Unproved("wrong-length");
  const whole = shapeOf(last, BigInt(tree.size));
  const shape = { ...whole, inner: Math.max(0, whole.inner - level) };
  const [inner, border] = parts(shape, rest);
  const position = last >> BigInt(level);
  // Siblings to the right did not exist in the older tree.
  const older = inner.filter((_, at) => isRightChild(position, at));
  const oldRoot = await climbRightEdge(await climbRightEdge(seed, older), border);
  if (!areEqual(oldRoot, old.root)) throw new Unproved("other-old-root");
  const root = await climbRightEdge(await climb(seed, inner, position), border);
  if (!areEqual(root, tree.root)) throw new Unproved("other-root");
}
