// @vitest-environment node
// Trees and their proofs, against the published roots that implementations of RFC 6962 share.
import { describe, expect, it } from "vitest";

import { fromHex, joined, toHex, type Bytes } from "./bytes";
import { emptyRoot, leafHash, nodeHash, verifyConsistency, verifyInclusion } from "./merkle";

const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

function bytes(hex: string): Bytes {
  const found = fromHex(hex);
  if (found === undefined) throw new Error(`${hex} is no hexadecimal`);
  return found;
}

/** Splits as RFC 6962 says: the left part is the largest power of two below the length. */
function split(leaves: Bytes[]): [Bytes[], Bytes[]] {
  let left = 1;
  while (left * 2 < leaves.length) left *= 2;
  return [leaves.slice(0, left), leaves.slice(left)];
}

async function rootOf(leaves: Bytes[]): Promise<Bytes> {
  const [first] = leaves;
  if (first === undefined) return emptyRoot();
  if (leaves.length === 1) return first;
  const [left, right] = split(leaves);
  return nodeHash(await rootOf(left), await rootOf(right));
}

/** RFC 6962, section 2.1.1, as it is written there. */
async function path(index: number, leaves: Bytes[]): Promise<Bytes[]> {
  if (leaves.length <= 1) return [];
  const [left, right] = split(leaves);
  return index < left.length
    ? [...(await path(index, left)), await rootOf(right)]
    : [...(await path(index - left.length, right)), await rootOf(left)];
}

/** RFC 6962, section 2.1.2, as it is written there. */
async function subproof(old: number, leaves: Bytes[], isWhole: boolean): Promise<Bytes[]> {
  if (old === leaves.length) return isWhole ? [] : [await rootOf(leaves)];
  const [left, right] = split(leaves);
  return old <= left.length
    ? [...(await subproof(old, left, isWhole)), await rootOf(right)]
    : [...(await subproof(old - left.length, right, false)), await rootOf(left)];
}

async function tree(size: number): Promise<Bytes[]> {
  return Promise.all(
    Array.from({ length: size }, (_, at) => leafHash(joined(Uint8Array.of(at >> 8, at & 255)))),
  );
}

const SIZE_MAX = 34;

describe("a tree", () => {
  it("has the published roots", async () => {
    const leaves = await Promise.all(LEAVES.map((leaf) => leafHash(bytes(leaf))));
    for (const [size, root] of ROOTS.entries()) expect(toHex(await rootOf(leaves.slice(0, size)))).toBe(root);
  });
});

describe("proofs of every small tree", () => {
  it("of leaves hold for their leaf, place, size and root alone", async () => {
    const all = await tree(SIZE_MAX);
    for (let size = 1; size <= SIZE_MAX; size += 1) {
      const leaves = all.slice(0, size);
      const root = await rootOf(leaves);
      for (const [index, leaf] of leaves.entries()) {
        const proof = await path(index, leaves);
        await verifyInclusion(leaf, index, size, proof, root);
        const other = all[(index + 1) % SIZE_MAX] ?? leaf;
        await expect(verifyInclusion(other, index, size, proof, root)).rejects.toThrow("other-root");
        await expect(verifyInclusion(leaf, index, size, proof, other)).rejects.toThrow("other-root");
        await expect(verifyInclusion(leaf, size, size, proof, root)).rejects.toThrow("outside-the-tree");
        await expect(verifyInclusion(leaf, index, size, [...proof, leaf], root)).rejects.toThrow(
          "wrong-length",
        );
      }
    }
  });

  it("of beginnings hold for their sizes and roots alone", async () => {
    const all = await tree(SIZE_MAX);
    const foreign = await leafHash(Uint8Array.of(1));
    for (let size = 0; size <= SIZE_MAX; size += 1) {
      const now = { size, root: await rootOf(all.slice(0, size)) };
      for (let older = 0; older <= size; older += 1) {
        const old = { size: older, root: await rootOf(all.slice(0, older)) };
        const proof = older === 0 ? [] : await subproof(older, all.slice(0, size), true);
        await verifyConsistency(old, now, proof);
        await expect(verifyConsistency({ ...old, root: foreign }, now, proof)).rejects.toThrow("root");
        if (older > 0)
          await expect(verifyConsistency(old, { ...now, root: foreign }, proof)).rejects.toThrow("root");
        await expect(verifyConsistency(old, now, [...proof, foreign])).rejects.toThrow("wrong-length");
        if (older < size)
          await expect(verifyConsistency(now, old, proof)).rejects.toThrow("outside-the-tree");
      }
    }
  });

  it("are not confused by places that are no whole numbers", async () => {
    const [leaf] = await tree(1);
    if (leaf === undefined) throw new Error("the tree has no leaf");
    for (const index of [-1, 0.5, Number.NaN, 2 ** 53])
      await expect(verifyInclusion(leaf, index, 2 ** 53, [], leaf)).rejects.toThrow("outside-the-tree");
  });
});
