// The versions of a KMS key beside the materials that AWS shows, newest first.
import type { Schemas } from "../../../api/client";
import type { KmsKey } from "./kms-key";

type KeyVersion = Schemas["KeyVersionView"];
type Material = Schemas["MaterialView"];

/** One version, or one material that stands for none. */
export interface Generation {
  /** Absent for material that is not ours. */
  number: number | undefined;
  ids: string[];
  /** `CURRENT`, `NON_CURRENT`, `PENDING_ROTATION`; absent where AWS lists no material. */
  state: string | undefined;
  /** Regions in which its bytes are missing. */
  missing: string[];
  /** Regions in which AWS lists it. */
  listed: string[];
  expires: string | undefined;
  version: KeyVersion | undefined;
}

function earliest(times: (string | null | undefined)[]): string | undefined {
  return times.filter((time) => time != null).sort()[0];
}

function generation(
  kmsKey: KmsKey,
  found: { region: string; material: Material }[],
  number: number | undefined,
  version: KeyVersion | undefined,
  wanted: { expires_at?: string | null } | undefined,
): Generation {
  const there = found.filter(({ material }) => material.present).map(({ region }) => region);
  // AWS lists the materials of symmetric keys alone: of others the key's state tells.
  const silent = kmsKey.places.filter(
    ({ materials, key_state }) => (materials ?? []).length === 0 && key_state !== "PendingImport",
  );
  const isThere = (region: string) =>
    there.includes(region) || (found.length === 0 && silent.some((place) => place.region === region));
  return {
    number,
    ids: [...new Set(found.map(({ material }) => material.id))],
    state: found[0]?.material.state,
    missing:
      wanted === undefined && number !== undefined
        ? []
        : kmsKey.places
            .map(({ region }) => region)
            .filter((region) => number !== undefined && !isThere(region)),
    listed: found.map(({ region }) => region),
    expires: earliest([wanted?.expires_at, ...found.map(({ material }) => material.valid_to)]),
    version,
  };
}

export function generations(kmsKey: KmsKey, versions: readonly KeyVersion[]): Generation[] {
  const found = kmsKey.places.flatMap(({ region, materials }) =>
    (materials ?? []).map((material) => ({ region, material })),
  );
  const numbers = new Set([
    ...kmsKey.versions.map(({ number }) => number),
    ...found.flatMap(({ material }) => (material.version == null ? [] : [material.version])),
  ]);
  const ours = [...numbers]
    .sort((one, other) => other - one)
    .map((number) =>
      generation(
        kmsKey,
        found.filter(({ material }) => material.version === number),
        number,
        versions.find((version) => version.number === number),
        kmsKey.versions.find((version) => version.number === number),
      ),
    );
  const foreign = [
    ...new Set(found.filter(({ material }) => material.version == null).map(({ material }) => material.id)),
  ].map((id) =>
    generation(
      kmsKey,
      found.filter(({ material }) => material.id === id),
      undefined,
      undefined,
      undefined,
    ),
  );
  return [...foreign, ...ours];
}

export const ROTATIONS_MAX = 25;

/** On-demand rotations used; nothing where AWS does not count them. */
export function rotationsUsed(kmsKey: KmsKey): number | undefined {
  const counts = kmsKey.places.flatMap(({ rotations_used: used }) => (used == null ? [] : [used]));
  return counts.length === 0 ? undefined : Math.max(...counts);
}
