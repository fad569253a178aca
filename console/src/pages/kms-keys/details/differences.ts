// Where AWS, as it was observed last, differs from what is wanted. What could not be read is no difference.
import type { KmsKey, Place } from "./kms-key";
import { saysTheSame } from "../../../fields/policy-text";

export type Property = "place" | "state" | "material" | "alias" | "tags" | "policy";

/** One difference; texts of versions and states are put into words where they are shown. */
export interface Difference {
  property: Property;
  region: string;
  wanted: string[];
  actual: string[];
}

const WATCHED = new Set(["ACTIVE", "INACTIVE", "REPLACED", "PENDING_DELETION"]);
const PASSING = new Set(["Creating", "Updating"]);
const DELETING = new Set(["PendingDelete", "PendingDeletion", "PendingReplicaDeletion"]);
const OURS = /^(keyferry|aws):/;

/** Whether AWS is about to delete it there. */
export function isLeaving(place: Place): boolean {
  return place.key_state != null && DELETING.has(place.key_state);
}

/** Versions that shall be in a place and are not. */
export function missingIn(kmsKey: KmsKey, place: Place): number[] {
  if (kmsKey.source.kind !== "Keyferry") return [];
  const materials = place.materials ?? [];
  const wanted = kmsKey.versions.map(({ number }) => number);
  // AWS lists the materials of symmetric keys alone; of others the state tells whether there is one.
  if (materials.length === 0) return place.key_state === "PendingImport" ? wanted : [];
  return wanted.filter((number) => !materials.some((one) => one.version === number && one.present));
}

function stateDiffers(kmsKey: KmsKey, place: Place): Difference | undefined {
  const actual = place.key_state;
  if (actual == null || PASSING.has(actual)) return undefined;
  const differs = (wanted: string): Difference => ({
    property: "state",
    region: place.region,
    wanted: [wanted],
    actual: [actual],
  });
  if (kmsKey.life === "PENDING_DELETION") return isLeaving(place) ? undefined : differs("PendingDeletion");
  const wanted = kmsKey.enabled ? "Enabled" : "Disabled";
  if (isLeaving(place)) return differs(wanted);
  // An empty key is neither enabled nor disabled: its material is what differs.
  if (actual === "PendingImport" || actual === wanted) return undefined;
  return differs(wanted);
}

function tagsOf(tags: Record<string, string>): Map<string, string> {
  return new Map(Object.entries(tags).filter(([key]) => !OURS.test(key)));
}

function tagsDiffer(kmsKey: KmsKey, place: Place): Difference | undefined {
  if (place.tags === undefined) return undefined;
  const [wanted, actual] = [tagsOf(kmsKey.tags), tagsOf(place.tags)];
  const only = (these: Map<string, string>, those: Map<string, string>) =>
    [...these].filter(([key, value]) => those.get(key) !== value).map(([key, value]) => `${key}=${value}`);
  const found = { wanted: only(wanted, actual), actual: only(actual, wanted) };
  if (found.wanted.length === 0 && found.actual.length === 0) return undefined;
  return { property: "tags", region: place.region, ...found };
}

function aliasesDiffer(kmsKey: KmsKey, place: Place): Difference | undefined {
  if (place.aliases === undefined) return undefined;
  const actual = place.aliases;
  const missing = kmsKey.aliases.filter((alias) => !actual.includes(alias));
  const foreign = actual.filter((alias) => !kmsKey.aliases.includes(alias));
  if (missing.length === 0 && foreign.length === 0) return undefined;
  return { property: "alias", region: place.region, wanted: missing, actual: foreign };
}

function policyDiffers(kmsKey: KmsKey, place: Place): Difference | undefined {
  if (kmsKey.policy == null || place.policy == null) return undefined;
  if (saysTheSame(kmsKey.policy, place.policy)) return undefined;
  return { property: "policy", region: place.region, wanted: [], actual: [] };
}

function materialDiffers(kmsKey: KmsKey, place: Place): Difference | undefined {
  const missing = missingIn(kmsKey, place).map(String);
  const foreign =
    kmsKey.source.kind === "Keyferry"
      ? (place.materials ?? []).filter((one) => one.version == null && one.present).map(({ id }) => id)
      : [];
  if (missing.length === 0 && foreign.length === 0) return undefined;
  return { property: "material", region: place.region, wanted: missing, actual: foreign };
}

/** Everything in which AWS differs, by Region. */
export function differences(kmsKey: KmsKey): Difference[] {
  if (!WATCHED.has(kmsKey.life)) return [];
  const absent = kmsKey.regions
    .filter((region) => !kmsKey.places.some((place) => place.region === region))
    .map((region): Difference => ({ property: "place", region, wanted: [region], actual: [] }));
  const found = kmsKey.places
    .filter((place) => place.read_at != null)
    .flatMap((place) =>
      [stateDiffers, materialDiffers, aliasesDiffer, tagsDiffer, policyDiffers].map((differ) =>
        differ(kmsKey, place),
      ),
    );
  return [...absent, ...found.filter((one) => one !== undefined)];
}
