import { describe, expect, it } from "vitest";

import { generations, rotationsUsed } from "./history";
import { KMS_KEY, PLACE } from "./sample";

const TWO = {
  ...KMS_KEY,
  versions: [{ number: 1 }, { number: 2, expires_at: "2027-01-01T00:00:00Z" }],
  places: [
    {
      ...PLACE,
      materials: [
        { id: "m1", state: "NON_CURRENT", present: true, version: 1 },
        { id: "m2", state: "CURRENT", present: true, version: 2, valid_to: "2026-12-01T00:00:00Z" },
      ],
    },
    {
      ...PLACE,
      region: "us-east-1",
      rotations_used: 4,
      materials: [
        { id: "m1", state: "NON_CURRENT", present: false, version: 1 },
        { id: "m2", state: "CURRENT", present: true, version: 2 },
        { id: "m9", state: "PENDING_ROTATION", present: true },
      ],
    },
  ],
};

describe("the versions of a KMS key", () => {
  it("come newest first, after material that is not ours", () => {
    expect(generations(TWO, []).map(({ number, state }) => [number, state])).toEqual([
      [undefined, "PENDING_ROTATION"],
      [2, "CURRENT"],
      [1, "NON_CURRENT"],
    ]);
  });

  it("tell in which Regions their material is missing, and when the first of it ends", () => {
    const [, second, first] = generations(TWO, []);
    expect(second?.missing).toEqual([]);
    expect(second?.expires).toBe("2026-12-01T00:00:00Z");
    expect(first?.missing).toEqual(["us-east-1"]);
  });

  it("are there where AWS lists no material and the key is not empty", () => {
    const silent = { ...KMS_KEY, places: [{ ...PLACE, materials: [] }] };
    expect(generations(silent, [])[0]?.missing).toEqual([]);
    const empty = { ...KMS_KEY, places: [{ ...PLACE, materials: [], key_state: "PendingImport" }] };
    expect(generations(empty, [])[0]?.missing).toEqual(["eu-central-1"]);
  });
});

describe("rotations", () => {
  it("count as in the place that had most, and not at all where AWS does not count", () => {
    expect(rotationsUsed(TWO)).toBe(4);
    expect(rotationsUsed({ ...KMS_KEY, places: [{ ...PLACE, rotations_used: null }] })).toBeUndefined();
  });
});
