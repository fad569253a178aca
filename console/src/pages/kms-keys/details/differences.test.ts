import { describe, expect, it } from "vitest";

import { differences } from "./differences";
import type { KmsKey, Place } from "./kms-key";
import { KMS_KEY, PLACE } from "./sample";

function found(place: Partial<Place>, kmsKey: Partial<KmsKey> = {}) {
  return differences({ ...KMS_KEY, ...kmsKey, places: [{ ...PLACE, ...place }] });
}

const REGION = "eu-central-1";

describe("differences", () => {
  it("are none where AWS is as wanted, and none of what could not be read", () => {
    expect(found({})).toEqual([]);
    const { region, primary, read_at } = PLACE;
    const unread: Place = { region, primary, read_at: read_at ?? null };
    expect(differences({ ...KMS_KEY, places: [unread] })).toEqual([]);
  });

  it("are a state that nobody asked for", () => {
    const state = { property: "state", region: REGION, wanted: ["Enabled"] };
    expect(found({ key_state: "Disabled" })).toEqual([{ ...state, actual: ["Disabled"] }]);
    expect(found({ key_state: "PendingDeletion" })).toEqual([{ ...state, actual: ["PendingDeletion"] }]);
    expect(found({ key_state: "Updating" })).toEqual([]);
    expect(found({ key_state: "PendingDeletion" }, { life: "PENDING_DELETION" })).toEqual([]);
  });

  it("are versions that are missing and material that is not ours", () => {
    const foreign = { id: "m2", state: "CURRENT", present: true };
    expect(found({ key_state: "PendingImport", materials: [] })).toEqual([
      { property: "material", region: REGION, wanted: ["1"], actual: [] },
    ]);
    expect(found({ materials: [...(PLACE.materials ?? []), foreign] })).toEqual([
      { property: "material", region: REGION, wanted: [], actual: ["m2"] },
    ]);
  });

  it("are tags and aliases on either side, and what a policy says rather than how it is written", () => {
    expect(found({ tags: { team: "raid", "aws:x": "y" } })).toEqual([
      { property: "tags", region: REGION, wanted: ["team=pay"], actual: ["team=raid"] },
    ]);
    expect(found({ aliases: ["alias/theirs"] })).toEqual([
      { property: "alias", region: REGION, wanted: ["alias/app"], actual: ["alias/theirs"] },
    ]);
    expect(found({ policy: `{"Statement":[1]}` })).toEqual([
      { property: "policy", region: REGION, wanted: [], actual: [] },
    ]);
  });

  it("are replicas that are not there, and nothing once the KMS key is no longer managed", () => {
    const regions = [REGION, "us-east-1"];
    expect(found({}, { regions })).toEqual([
      { property: "place", region: "us-east-1", wanted: ["us-east-1"], actual: [] },
    ]);
    expect(found({ key_state: "Disabled" }, { life: "RELEASED" })).toEqual([]);
  });
});
