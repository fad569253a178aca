import { expect, test } from "vitest";

import { differing } from "./changes";
import { newRotation, rotationDraft, rotationInWords, rotationLines, rotationOf, whenOf } from "./rotation";

const base = { ...newRotation("every"), timeZone: "UTC" };

test("a rule says when, and only what goes with its method", () => {
  expect(rotationOf({ ...base, period: "90d", oldKey: "disable" })).toEqual({
    every: "90d",
    time_zone: "UTC",
    method: "new-key",
    old_key: "disable",
  });
  expect(rotationOf({ ...base, when: "cron", cron: "0 3 1 * *", method: "in-place" })).toEqual({
    cron: "0 3 1 * *",
    time_zone: "UTC",
    method: "in-place",
    at_budget: "switch-method",
  });
  expect(rotationOf({ ...base, when: "inherit" })).toEqual({ every: "inherit" });
  expect(whenOf({ ...base, when: "never" })).toEqual({ every: "never" });
});

test("a rule without its time is none yet", () => {
  expect(rotationOf({ ...base, when: "cron" })).toBeUndefined();
  expect(rotationOf({ ...base, period: "other" })).toBeUndefined();
});

test("a rule that is kept can be changed and sent again", () => {
  const kept = {
    every: "45d",
    time_zone: "Europe/Berlin",
    method: "in-place" as const,
    old_key: "keep-enabled" as const,
    at_budget: "block" as const,
  };
  expect(rotationOf(rotationDraft(kept))).toEqual({
    every: "45d",
    time_zone: "Europe/Berlin",
    method: "in-place",
    at_budget: "block",
  });
  expect(rotationInWords(kept)).toBe("Every 45d");
  expect(rotationInWords(null)).toBe("Never");
  expect(differing(rotationLines(null), rotationLines(kept)).map(({ after }) => after)).toEqual([
    "Every 45d",
    "The KMS key gets new material",
    "Stop, with an alert",
    "Europe/Berlin",
  ]);
});
