import { describe, expect, it } from "vitest";

import { changeOf, emptyDraft, lacksOf, settingsOf } from "./draft";

const draft = { ...emptyDraft(null), keystore: "payments", name: " orders " };
const file = { name: "orders.bin", size: 2, base64: "AAA=" };

describe("the way to a KMS key", () => {
  it("begins with a key of the vault where it is asked to", () => {
    expect(emptyDraft("some-id")).toMatchObject({ way: "existing", key: "some-id" });
    expect(emptyDraft(null).way).toBe("create");
  });

  it("names everything that is lacking", () => {
    expect(lacksOf(emptyDraft(null), undefined)).toEqual(["keystore", "name"]);
    expect(lacksOf({ ...draft, way: "file" }, undefined)).toEqual(["file"]);
    expect(lacksOf({ ...draft, way: "existing", name: "" }, undefined)).toEqual(["key"]);
    expect(lacksOf({ ...draft, expiry: "at" }, undefined)).toEqual(["end"]);
    expect(lacksOf(draft, undefined)).toEqual([]);
  });

  it("ends in the route of its kind", () => {
    expect(changeOf(draft, undefined)).toMatchObject({
      template: "/api/v1/kms-keys",
      body: { keystore: "payments", name: "orders", settings: { enabled: true } },
    });
    const existing = { ...draft, way: "existing" as const, key: "k", name: "" };
    const upload = changeOf(existing, undefined);
    expect(upload?.template).toBe("/api/v1/kms-keys/upload");
    expect(upload?.body).toEqual({ key: "k", keystore: "payments", settings: { enabled: true } });
    expect(changeOf({ ...draft, way: "file", keep: "none" }, file)).toMatchObject({
      template: "/api/v1/kms-keys/import",
      body: { file: "AAA=", format: "auto", keep: "none" },
    });
    expect(changeOf({ ...draft, way: "aws", nativeDays: "365" }, undefined)).toMatchObject({
      body: { origin: "aws", native_rotation_days: 365 },
    });
  });

  it("sends what was said, and nothing of what was not", () => {
    const end = { date: "2028-08-18", time: "00:48", zone: "US/Pacific" };
    const said = {
      ...draft,
      expiry: "at" as const,
      end,
      users: ["arn:user"],
      tags: [{ key: "a", value: "b" }],
    };
    expect(settingsOf(said)).toEqual({
      enabled: true,
      expires_at: "2028-08-18T07:48:00Z",
      renewal: "renew",
      access: {
        users: ["arn:user"],
        administrators: [],
        other_accounts: [],
        administrators_may_delete: true,
      },
      tags: { a: "b" },
    });
    expect(settingsOf({ ...said, way: "aws" })).not.toHaveProperty("expires_at");
  });
});
