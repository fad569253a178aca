import { expect, test } from "vitest";

import { differing } from "./changes";
import {
  newRotation,
  rotationDraft,
  rotationInWords,
  rotationLines,
  rotationOf,
  whenOf,
  type Rotation,
} from "./rotation";

const base = { ...newRotation("every"), start: { date: "", time: "00:00", zone: "UTC" } };
const whole: Rotation = {
  every: "90d",
  time_zone: "UTC",
  method: "new-key",
  old_key: "keep-enabled",
  at_budget: "switch-method",
};

test("a rule says when, how, and what follows", () => {
  expect(rotationOf({ ...base, period: "90d", oldKey: "disable" })).toEqual({ ...whole, old_key: "disable" });
  expect(rotationOf({ ...base, when: "cron", cron: " 0 3 1 * * ", method: "in-place" })).toEqual({
    cron: "0 3 1 * *",
    time_zone: "UTC",
    method: "in-place",
    old_key: "keep-enabled",
    at_budget: "switch-method",
  });
  expect(rotationOf({ ...base, when: "inherit" })).toEqual({ every: "inherit" });
  expect(whenOf({ ...base, when: "never" })).toEqual({ every: "never" });
});

test("a rule without its time is none yet", () => {
  expect(rotationOf({ ...base, when: "cron" })).toBeUndefined();
  for (const other of ["", "0d", "often", "6"])
    expect(rotationOf({ ...base, period: "other", other })).toBeUndefined();
  const start = { date: "2028-01-01", time: "", zone: "UTC" };
  expect(rotationOf({ ...base, start })).toBeUndefined();
});

test("a start is said in a time zone", () => {
  const start = { date: "2028-01-01", time: "03:00", zone: "Europe/Berlin" };
  expect(whenOf({ ...base, period: "6mo", start })).toEqual({
    every: "6mo",
    start: "2028-01-01T02:00:00Z",
    time_zone: "Europe/Berlin",
  });
});

const again = (kept: Rotation) => rotationOf(rotationDraft(kept));
const cron: Rotation = { ...whole, every: null, cron: "0 3 1 * *" };
const cronSent = { ...cron, every: undefined };

test.each(["1d", "30d", "45d", "2w", "6mo", "18mo", "1y", "5y"])("a period of %s stays as it is", (every) => {
  expect(again({ ...whole, every })).toEqual({ ...whole, every });
});

test("a line of cron stays as it is", () => {
  expect(again(cron)).toEqual(cronSent);
  const start = "2028-10-29T00:30:00Z";
  expect(again({ ...cron, start })).toEqual({ ...cronSent, start });
});

test.each(["UTC", "Europe/Berlin", "US/Pacific", "Asia/Kathmandu"])(
  "a start in %s stays exact",
  (time_zone) => {
    // Also what clocks show twice, and what is between two minutes.
    const starts = [
      "2029-01-01T02:00:00Z",
      "2028-10-29T00:30:00Z",
      "2028-10-29T01:30:00Z",
      "2027-02-21T13:01:36.724559Z",
    ];
    for (const start of starts) {
      const kept = { ...whole, start, time_zone };
      expect(again(kept)).toEqual(kept);
    }
  },
);

test("method, old key and what follows the last rotation stay as they are, whatever goes with what", () => {
  for (const method of ["new-key", "in-place"] as const)
    for (const old_key of ["keep-enabled", "disable", "deactivate"] as const)
      for (const at_budget of ["switch-method", "block"] as const) {
        const kept = { ...whole, method, old_key, at_budget };
        expect(again(kept)).toEqual(kept);
      }
});

test("what is changed of a kept rule is what is sent", () => {
  const draft = rotationDraft({ ...whole, start: "2028-01-01T02:00:30Z" });
  expect(rotationOf({ ...draft, start: { ...draft.start, time: "05:00" } })?.start).toBe(
    "2028-01-01T05:00:00Z",
  );
  const moved = { ...draft.start, zone: "Europe/Berlin" };
  expect(rotationOf({ ...draft, start: moved })?.start).toBe("2028-01-01T01:00:00Z");
  expect(rotationOf({ ...draft, start: { ...draft.start, date: "" } })).toEqual(whole);
});

test("what only tells when it comes is not sent", () => {
  expect(
    again({ ...whole, next: "2027-01-01T00:00:00Z", upcoming: ["2027-01-01T00:00:00+00:00[UTC]"] }),
  ).toEqual(whole);
  expect(rotationOf(rotationDraft(null))).toEqual({ every: "never" });
});

test("the schedule of an access key stays as it is", () => {
  const kept = { every: "45d", start: "2028-01-01T02:00:00Z", time_zone: "Asia/Kathmandu" };
  expect(whenOf(rotationDraft(kept))).toEqual(kept);
});

test("a rule that is kept is told in words", () => {
  const kept = {
    every: "45d",
    time_zone: "Europe/Berlin",
    method: "in-place" as const,
    old_key: "keep-enabled" as const,
    at_budget: "block" as const,
  };
  expect(rotationInWords(kept)).toBe("Every 45 days");
  expect(rotationInWords(null)).toBe("Never");
  expect(differing(rotationLines(null), rotationLines(kept)).map(({ after }) => after)).toEqual([
    "Every 45 days",
    "The KMS key gets new material",
    "Stop, with an alert",
    "Europe/Berlin",
  ]);
});
