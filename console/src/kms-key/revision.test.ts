import { expect, test } from "vitest";

import type { KmsKey } from "./columns";
import { isStillAs } from "./revision";

const RULE = { every: "90d", time_zone: "UTC", method: "new-key", old_key: "disable", at_budget: "block" };

const KEY = {
  name: "orders",
  description: "",
  life: "ACTIVE",
  enabled: true,
  key_state: "Enabled",
  access: { users: ["arn:bob"], administrators: [], other_accounts: [], administrators_may_delete: true },
  aliases: ["alias/orders"],
  policy: null,
  regions: ["eu-central-1"],
  rotation: { ...RULE, next: "2027-01-01T00:00:00Z" },
  native_rotation_days: null,
  expires_at: null,
  tags: { team: "red" },
  versions: [{ number: 1, expires_at: null }],
  places: [{ region: "eu-central-1", primary: true }],
  revision: 3,
} as unknown as KmsKey;

const after = (part: object) => isStillAs(KEY, { ...KEY, ...part });

test.each([
  { name: "invoices" },
  { description: "Of the shop" },
  { life: "REPLACED" },
  { enabled: false },
  { access: { ...KEY.access, users: [] } },
  { access: { ...KEY.access, administrators_may_delete: false } },
  { aliases: [] },
  { policy: "{}" },
  { regions: ["eu-central-1", "us-east-1"] },
  { regions: ["us-east-1"] },
  { rotation: null },
  { rotation: { ...KEY.rotation, every: "1y" } },
  { rotation: { ...KEY.rotation, start: "2027-01-01T00:00:00Z" } },
  { native_rotation_days: 365 },
  { expires_at: "2027-01-01T00:00:00Z" },
  { tags: { team: "blue" } },
  { versions: [...KEY.versions, { number: 2 }] },
  { versions: [{ number: 1, expires_at: "2027-01-01T00:00:00Z" }] },
])("a KMS key is another one after somebody wants %j", (part) => {
  expect(after(part)).toBe(false);
});

test.each([
  { revision: 9 },
  { key_state: "Disabled" },
  { status: "UNAVAILABLE", uploaded: "PARTLY" },
  { arn: "arn:aws:kms:eu-central-1:111122223333:key/1" },
  { deletion_date: "2027-01-01T00:00:00Z" },
  {
    places: [
      { region: "eu-central-1", primary: true, key_state: "Disabled", policy: "{}", tags: { by: "others" } },
    ],
  },
  { rotation: { ...KEY.rotation, next: "2027-04-01T00:00:00Z" } },
  // What is absent is what is null.
  { policy: undefined },
])("a KMS key is the same after AWS is seen to have %j", (part) => {
  expect(after(part)).toBe(true);
});
