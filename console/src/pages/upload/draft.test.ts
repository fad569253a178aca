import { describe, expect, it } from "vitest";

import { changeOf, emptyDraft, lacksOf, said as saidOf, settingsOf } from "./draft";

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
    const kept = { ...draft, way: "file" as const, versionsMax: "0" };
    expect(lacksOf(kept, file)).toEqual(["versions"]);
    expect(lacksOf({ ...kept, keep: "none" }, file)).toEqual([]);
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

  it("says a policy of one's own instead of people, once it is JSON", () => {
    const own = { ...draft, users: ["arn:user"], accessWay: "policy" as const };
    expect(lacksOf(own, undefined)).toEqual(["policy"]);
    expect(lacksOf({ ...own, policy: "{" }, undefined)).toEqual(["policy"]);
    expect(settingsOf({ ...own, policy: "{}", usage: "SIGN_VERIFY" })).toEqual({
      enabled: true,
      usage: "SIGN_VERIFY",
      policy: "{}",
    });
  });

  it("says what a new key of the vault may do, and nothing of one where AWS makes the material", () => {
    const said = { ...draft, permitted: ["encrypt"], exportable: true, versionsMax: "3" };
    const options = { permitted_operations: ["encrypt"], exportable: true, active_versions_max: 3 };
    expect(changeOf(said, undefined)?.body).toMatchObject(options);
    const native = changeOf({ ...said, way: "aws" }, undefined)?.body;
    for (const option of Object.keys(options)) expect(native).not.toHaveProperty(option);
    expect(lacksOf({ ...said, versionsMax: "0" }, undefined)).toEqual(["versions"]);
  });

  it("says what the key of a file may do, and which KMS key it fills", () => {
    const way = "file" as const;
    const filling = { ...draft, way, fills: true, aliases: ["a"], accessWay: "policy" as const };
    expect(lacksOf(filling, file)).toEqual(["into"]);
    const change = changeOf(
      { ...filling, into: " alias/empty ", permitted: ["encrypt"], exportable: true, versionsMax: "3" },
      file,
    );
    expect(change?.body).toMatchObject({
      into: "alias/empty",
      permitted_operations: ["encrypt"],
      exportable: true,
      active_versions_max: 3,
    });
    expect(change?.body).not.toHaveProperty("settings");
  });

  it("goes into further keystores as copies, without what only fits the first", () => {
    const existing = {
      ...draft,
      way: "existing" as const,
      key: "k",
      name: "",
      tags: [{ key: "a", value: "b" }],
    };
    const several = { ...existing, further: ["staging"], regions: ["eu-central-1"], users: ["arn:user"] };
    const change = changeOf(several, undefined);
    expect(change).toMatchObject({ template: "/api/v1/keys/{key}/copies", path: { key: "k" } });
    const { keystores } = change?.body as { keystores: { keystore: string; settings: object }[] };
    expect(keystores.map(({ keystore }) => keystore)).toEqual(["payments", "staging"]);
    expect(keystores[0]?.settings).toMatchObject({ regions: ["eu-central-1"], tags: { a: "b" } });
    expect(keystores[1]?.settings).toEqual({ enabled: true, tags: { a: "b" } });
  });

  it("is a multi-Region key elsewhere only where that was said, not where the first's Regions make it one", () => {
    const way = "existing" as const;
    const regions = ["eu-central-1", "eu-west-1"];
    const several = { ...draft, way, key: "k", further: ["staging"], regions };
    const [first, second] = (changeOf(several, undefined)?.body as { keystores: object[] }).keystores;
    expect(first).toMatchObject({ settings: { regions, multi_region: true } });
    expect(second).toEqual({ keystore: "staging", settings: { enabled: true } });
    const said = changeOf({ ...several, multiRegion: true }, undefined)?.body as { keystores: object[] };
    expect(said.keystores[1]).toMatchObject({ settings: { multi_region: true } });
    expect(settingsOf({ ...several, regions: ["eu-west-1"] })).not.toHaveProperty("multi_region");
  });

  it("says nothing of a key in the vault where a file passes through", () => {
    const said = { permitted: ["encrypt"], exportable: true, versionsMax: "3" };
    const passing = { ...draft, way: "file" as const, keep: "none" as const, ...said };
    expect(changeOf(passing, file)?.body).toEqual({
      keystore: "payments",
      name: "orders",
      settings: { enabled: true },
      keep: "none",
      file: "AAA=",
      format: "auto",
    });
  });

  it("forgets in another keystore who may use it in the account of the former", () => {
    const people = { users: ["arn:user"], administrators: ["arn:role"], otherAccounts: ["111122223333"] };
    const regions = ["eu-central-1", "eu-west-1"];
    const own = { accessWay: "policy" as const, policy: "{}" };
    const before = { ...draft, ...people, ...own, regions, multiRegion: true };
    expect(saidOf(before, { keystore: "staging" })).toEqual({ ...draft, keystore: "staging" });
    expect(saidOf(before, { keystore: "payments" })).toEqual(before);
    expect(saidOf(before, { name: "other" })).toEqual({ ...before, name: "other" });
    // Before there was one, all was said for the one to come.
    expect(saidOf({ ...before, keystore: "" }, { keystore: "staging" })).toMatchObject(own);
  });

  it("forgets what fits the former material or keystore alone", () => {
    const before = { ...draft, usage: "SIGN_VERIFY", permitted: ["sign"], further: ["staging", "signing"] };
    expect(saidOf(before, { name: "other" })).toMatchObject({ usage: "SIGN_VERIFY", permitted: ["sign"] });
    expect(saidOf(before, { spec: "AES-256" })).toMatchObject({ usage: "", permitted: [] });
    expect(saidOf(before, { keystore: "staging" }).further).toEqual(["signing"]);
    expect(saidOf(before, { key: "k2" }).further).toEqual([]);
  });
});
