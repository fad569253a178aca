import { describe, expect, it } from "vitest";

import type { Schemas } from "../../api/client";
import { rotationDraft, rotationOf } from "../../fields/rotation";
import { ruleChange, ruleOf, upcomingOf, type Scheduled } from "./scheduled";

const kmsKey = { id: "k1", revision: 7 } as Schemas["KmsKeyView"];
const key = {
  id: "v1",
  revision: 3,
  rotation: { with_copies: true, deactivate_former: true },
} as Schemas["KeyView"];
const ofKmsKey: Scheduled = { kind: "kms-key", kmsKey };
const ofKey: Scheduled = { kind: "key", key };

const cron: Schemas["RotationView"] = {
  cron: "15 3 1,15 * *",
  start: "2026-12-24T01:02:03.456Z",
  time_zone: "Europe/Berlin",
  method: "in-place",
  old_key: "disable",
  at_budget: "block",
};

/** As the form takes it and gives it back, untouched. */
function untouched(rule: Schemas["RotationView"]) {
  const schedule = rotationOf(rotationDraft(rule));
  return schedule === undefined ? undefined : ruleChange(ofKmsKey, schedule);
}

describe("the rule of a schedule", () => {
  it("goes back as it came, whatever its line of cron, zone and start", () => {
    expect(untouched(cron)).toMatchObject({
      path: { kms_key: "k1" },
      revision: 7,
      body: cron,
    });
  });
  it("of an unusual period does too", () => {
    const every = { ...cron, cron: null, every: "45d" };
    expect(untouched(every)?.body).toMatchObject({ every: "45d", time_zone: "Europe/Berlin" });
  });
  it("of a key keeps what follows from its rotation", () => {
    expect(ruleChange(ofKey, { every: "never" })).toMatchObject({
      path: { key: "v1" },
      revision: 3,
      body: { schedule: { every: "never" }, with_copies: true, deactivate_former: true },
    });
  });
  it("is that of the reading whose revision is sent", () => {
    expect(ruleOf({ kind: "kms-key", kmsKey: { ...kmsKey, rotation: cron } })).toEqual(cron);
    const rotation = { with_copies: true, deactivate_former: true, schedule: cron };
    expect(ruleOf({ kind: "key", key: { ...key, rotation } })).toEqual(cron);
    expect(ruleOf(ofKmsKey)).toBeNull();
  });
  it("tells its next times where it was tried", () => {
    expect(upcomingOf("kms-key", { rotation: { upcoming: ["a"] } })).toEqual(["a"]);
    expect(upcomingOf("key", { rotation: { schedule: { upcoming: ["b"] } } })).toEqual(["b"]);
    expect(upcomingOf("key", {})).toEqual([]);
  });
});
