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

/** As it should be. */
interface Signed {
  statement: {
    group: { name: unknown };
    counts: { keys: number; versions: number };
    keys: { name: string; versions: { number: number; left_out: string | null }[] }[];
  };
}

function readOf(file: Uint8Array): Manifest | undefined {
  const { statement } = JSON.parse(new TextDecoder().decode(file)) as Signed;
  const leftOut = statement.keys.flatMap(({ name, versions }) =>
    versions.flatMap(({ number, left_out: why }) =>
      why === null ? [] : [{ key: name, version: number, why }],
    ),
  );
  const { name: group } = statement.group;
  const { keys, versions } = statement.counts;
  const isSaid = typeof group === "string" && [keys, versions].every(Number.isInteger);
  return isSaid ? { group, keys, versions, leftOut } : undefined;
}

/** Undefined where the archive is not whole: without its end, or without a manifest that can be read. */
export function manifestOf(archive: Uint8Array): Manifest | undefined {
  const { files, isWhole } = readTar(archive);
  const file = files.get("manifest.json");
  if (!isWhole || file === undefined) return undefined;
  try {
    return readOf(file);
  } catch {
    return undefined;
  }
}
