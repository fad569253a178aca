// What the manifest of an export says: how much is in it, and what is left out and why.
import { readTar } from "../format/tar";

/** A version that is not in an export. */
export interface LeftOut {
  key: string;
  version: number;
  why: string;
}

export interface Manifest {
  group: string;
  keys: number;
  versions: number;
  leftOut: LeftOut[];
}

interface Signed {
  statement: {
    group: { name: string };
    counts: { keys: number; versions: number };
    keys: { name: string; versions: { number: number; left_out: string | null }[] }[];
  };
}

/** Undefined where the archive is not whole: without its manifest, or without its end. */
export function manifestOf(archive: Uint8Array): Manifest | undefined {
  const { files, isWhole } = readTar(archive);
  const file = files.get("manifest.json");
  if (!isWhole || file === undefined) return undefined;
  const { statement } = JSON.parse(new TextDecoder().decode(file)) as Signed;
  const leftOut = statement.keys.flatMap(({ name, versions }) =>
    versions.flatMap(({ number, left_out: why }) =>
      why === null ? [] : [{ key: name, version: number, why }],
    ),
  );
  const { keys, versions } = statement.counts;
  return { group: statement.group.name, keys, versions, leftOut };
}
