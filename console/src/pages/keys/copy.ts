// Copies of a key: what they are called, and what is asked for.
import { change, type Change } from "../../api/change";
import type { Schemas } from "../../api/client";

/** The first of `NAME_copy1`, `NAME_copy2`… that is free, as the server would choose. */
export function suggested(name: string, taken: Iterable<string>): string {
  const used = new Set(taken);
  for (let number = 1; ; number += 1) {
    const copy = `${name}_copy${number}`;
    if (!used.has(copy)) return copy;
  }
}

/** Into each keystore, and there into each of the Regions that it has; its usual one where it has none of them. */
export function placesOf(
  keystores: readonly Schemas["KeystoreView"][],
  regions: readonly string[],
): Schemas["CopyIntoRequest"][] {
  return keystores.flatMap((keystore) => {
    const own = regions.filter((region) => keystore.regions.includes(region));
    if (own.length === 0) return [{ keystore: keystore.id }];
    return own.map((region) => ({ keystore: keystore.id, settings: { regions: [region] } }));
  });
}

export function copyToKeystores(
  key: string,
  places: Schemas["CopyIntoRequest"][],
  name: string,
): Change | undefined {
  if (places.length === 0) return undefined;
  const named = name === "" || places.length > 1 ? places : places.map((place) => ({ ...place, name }));
  return change("post", "/api/v1/keys/{key}/copies", { path: { key }, body: { keystores: named } });
}

export function copyToGroup(
  key: string,
  group: string,
  name: string,
  exportable: boolean,
): Change | undefined {
  if (group === "") return undefined;
  const body = { group, exportable, ...(name === "" ? {} : { name }) };
  return change("post", "/api/v1/keys/{key}/copies", { path: { key }, body });
}
