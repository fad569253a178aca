import { describe, expect, it } from "vitest";

import type { KmsKey } from "../../../kms-key/columns";
import { daysOf } from "./days";
import { editedOf, updateOf } from "./edited";
import { manyOf, NOTHING } from "./edited-many";
import { enabled, filled, onlyIn, rotatesInPlace, unless } from "./fit";

const KEY = {
  name: "orders",
  description: "",
  life: "ACTIVE",
  enabled: true,
  key_state: "Enabled",
  aws_spec: "SYMMETRIC_DEFAULT",
  origin: "EXTERNAL",
  source: { kind: "Keyferry" },
  versions: [{ number: 1 }],
  tags: { team: "red", stage: "test" },
  aliases: ["alias/orders"],
} as unknown as KmsKey;

describe("what fits a KMS key", () => {
  it("is told by the first reason against it", () => {
    const rule = unless(onlyIn("ACTIVE"), filled, enabled);
    expect(rule(KEY)).toBeUndefined();
    expect(rule({ ...KEY, life: "REPLACED", enabled: false })).toContain("REPLACED");
    expect(rule({ ...KEY, versions: [] })).toContain("no material");
    expect(rule({ ...KEY, enabled: false })).toContain("disabled");
  });
  it("is no rotation in place where AWS cannot do it", () => {
    expect(rotatesInPlace(KEY)).toBeUndefined();
    expect(rotatesInPlace({ ...KEY, aws_spec: "RSA_2048" })).toBeDefined();
    expect(rotatesInPlace({ ...KEY, source: { ...KEY.source, kind: "External" } })).toBeDefined();
  });
});

describe("a waiting period", () => {
  it.each([
    ["6", undefined],
    ["7", 7],
    ["30", 30],
    ["31", undefined],
    ["7.5", undefined],
    ["", undefined],
  ])("of %s days", (typed, days) => expect(daysOf(typed)).toBe(days));
});

describe("an edited KMS key", () => {
  it("asks for nothing as long as nothing is changed", () => {
    expect(updateOf(KEY, editedOf(KEY))).toBeUndefined();
  });
  it("names only what changed, and what goes", () => {
    const tags = [
      { key: "stage", value: "prod" },
      { key: "audited", value: "2026" },
    ];
    const edited = { ...editedOf(KEY), tags, aliases: ["alias/bills", " "] };
    expect(updateOf(KEY, edited)).toEqual({
      tags: { team: null, stage: "prod", audited: "2026" },
      add_aliases: ["bills"],
      remove_aliases: ["orders"],
    });
  });
  it("waits for the day of its end", () => {
    const edited = { ...editedOf(KEY), validity: "until" as const };
    expect(updateOf(KEY, edited)).toBeUndefined();
    const until = { date: "2027-08-18", time: "09:30", zone: "Europe/Berlin" };
    expect(updateOf(KEY, { ...edited, until })).toEqual({
      expires_at: "2027-08-18T07:30:00Z",
      renewal: "renew",
    });
  });
});

describe("many edited KMS keys", () => {
  it("get and lose tags", () => {
    expect(manyOf(NOTHING)).toBeUndefined();
    const tags = [{ key: "a", value: "1" }];
    expect(manyOf({ ...NOTHING, tags, removedTags: "b, c" })).toEqual({ tags: { a: "1", b: null, c: null } });
  });
});
