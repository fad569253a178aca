import { describe, expect, it } from "vitest";

import type { Schemas } from "../../api/client";
import {
  address,
  byAccount,
  byRegion,
  bySource,
  byStatus,
  expiries,
  expiringSoon,
  inMonth,
  perMonth,
  rotatingSoon,
} from "./figures";

const now = Date.parse("2026-11-23T12:00:00Z");

function key(more: object): Schemas["KmsKeyView"] {
  const usual = {
    status: "AVAILABLE",
    life: "ACTIVE",
    regions: ["eu-central-1"],
    connection_name: "production",
    source: { kind: "Keyferry", text: "Keyferry (app)" },
    expires_at: null,
  };
  return { ...usual, ...more } as unknown as Schemas["KmsKeyView"];
}

describe("KMS keys", () => {
  const keys = [
    key({}),
    key({ status: "PENDING DELETE", regions: ["eu-central-1", "us-east-1"] }),
    key({ connection_name: "staging", source: { kind: "AWS", text: "AWS" } }),
  ];

  it("are counted by status, the most frequent first, and lead to the list of these", () => {
    expect(byStatus(keys)).toEqual([
      { name: "AVAILABLE", count: 2, to: "/kms-keys?status=AVAILABLE" },
      { name: "PENDING DELETE", count: 1, to: "/kms-keys?status=PENDING+DELETE" },
    ]);
  });
  it("in several Regions count in each", () => {
    expect(byRegion(keys).map(({ name, count }) => [name, count])).toEqual([
      ["eu-central-1", 3],
      ["us-east-1", 1],
    ]);
  });
  it("are counted by account, which is named where it is known", () => {
    expect(
      byAccount(keys, new Map([["production", "111122223333"]])).map(({ name, to }) => [name, to]),
    ).toEqual([
      ["production (111122223333)", "/kms-keys?connection=production"],
      ["staging", "/kms-keys?connection=staging"],
    ]);
  });
  it("are counted by whose material they have", () => {
    expect(bySource(keys)).toEqual([
      { name: "Keyferry", count: 2, to: "/kms-keys?source=%3AKeyferry+%28" },
      { name: "AWS", count: 1, to: "/kms-keys?source=AWS" },
    ]);
  });
  it("expire soon within 30 days, also those that have expired, but not those that are gone", () => {
    const soon = [
      key({ expires_at: "2026-12-23T11:59:59Z" }),
      key({ expires_at: "2026-12-23T12:00:00Z" }),
      key({ expires_at: "2026-11-01T00:00:00Z" }),
      key({ expires_at: "2026-12-01T00:00:00Z", life: "DELETED" }),
      key({}),
    ];
    const { count, to } = expiringSoon(soon, now);
    expect(count).toBe(2);
    const query = new URLSearchParams(to.slice(to.indexOf("?")));
    expect(query.getAll("expires")).toEqual(["<2026-12-23T12:00:00Z"]);
    expect(query.getAll("life")).toEqual(["!=DELETED", "!=RELEASED"]);
  });
});

describe("schedules", () => {
  it("are due soon within 30 days; without a next time they are not", () => {
    const rule = { time_zone: "UTC", method: "new-key", old_key: "disable", at_budget: "block" } as const;
    const schedules = [
      { rule: { ...rule, next: "2026-12-01T00:00:00Z" } },
      { rule: { ...rule, next: "2027-12-01T00:00:00Z" } },
      { rule },
    ];
    expect(rotatingSoon(schedules, now).count).toBe(1);
  });
});

describe("months", () => {
  it("are this one and eleven more, without what is over", () => {
    const times = [
      "2026-11-22T00:00:00Z",
      "2026-11-24T12:00:00Z",
      "2027-01-15T12:00:00Z",
      "2027-01-20T12:00:00Z",
      null,
    ];
    const months = perMonth(times, now);
    expect(months).toHaveLength(12);
    expect(months.map(({ count }) => count)).toEqual([1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(months[2]?.from.getMonth()).toBe(0);
  });
  it("lead to what is in them", () => {
    const month = {
      from: new Date("2027-01-01T00:00:00Z"),
      until: new Date("2027-02-01T00:00:00Z"),
      count: 1,
    };
    const to = inMonth("/schedules", "next", month);
    expect(new URLSearchParams(to.slice(to.indexOf("?"))).getAll("next")).toEqual([
      ">=2027-01-01T00:00:00.000Z",
      "<2027-02-01T00:00:00.000Z",
    ]);
  });
  it("leave out KMS keys that are gone", () => {
    expect(expiries([key({ expires_at: "2027-01-01T00:00:00Z", life: "RELEASED" })])).toEqual([]);
  });
});

describe("an address", () => {
  it("without a filter is the list", () => {
    expect(address("/jobs")).toBe("/jobs");
  });
});
