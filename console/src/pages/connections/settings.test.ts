import { expect, test } from "vitest";

import { missingOfNewTrust } from "./missing";
import { addRequest, NEW_CONNECTION, type Connection, type ConnectionDraft } from "./settings";
import { updateDraft, updateRequest } from "./update";

const identity = { ...NEW_CONNECTION.identity, accessKeyId: "AKIAEXAMPLE", secret: " abc " };
const draft: ConnectionDraft = { ...NEW_CONNECTION, name: " a ", regions: ["eu-central-1"], identity };

test("a connection is sent as it was filled in, and nothing of what was left open", () => {
  expect(addRequest(draft, false)).toEqual({
    name: "a",
    identity: { kind: "access-key", access_key_id: "AKIAEXAMPLE", secret_access_key: "abc" },
    regions: ["eu-central-1"],
    tier: "full",
    endpoint: { kind: "standard" },
  });
  expect(addRequest(draft, true)).toMatchObject({ allow_unverified: true });
});

test("nothing is sent as long as something is missing", () => {
  expect(addRequest({ ...draft, name: " " }, false)).toBeUndefined();
  expect(addRequest({ ...draft, regions: [] }, false)).toBeUndefined();
  expect(addRequest({ ...draft, identity: { ...identity, secret: "" } }, false)).toBeUndefined();
  expect(addRequest({ ...draft, endpoint: { kind: "custom", host: "", url: "" } }, false)).toBeUndefined();
});

test("a role is assumed by the server or by an access key", () => {
  const role = { ...identity, kind: "assume-role" as const, roleArn: "arn:aws:iam::1:role/k" };
  expect(addRequest({ ...draft, identity: role }, false)?.identity).toEqual({
    kind: "assume-role",
    role_arn: "arn:aws:iam::1:role/k",
    base: { kind: "host" },
  });
  const byKey = { ...role, base: "access-key" as const, externalId: "xyz" };
  expect(addRequest({ ...draft, identity: byKey }, false)?.identity).toMatchObject({
    external_id: "xyz",
    base: { kind: "access-key", access_key_id: "AKIAEXAMPLE" },
  });
});

test("roots of one's own go to endpoints of one's own alone", () => {
  const trust = {
    ...draft.trust,
    isOwn: true,
    caBundle: "PEM",
    checkHostName: false,
  };
  expect(addRequest({ ...draft, trust }, false)).not.toHaveProperty("tls");
  const endpoint = { kind: "vpc" as const, host: "vpce.example", url: "" };
  expect(addRequest({ ...draft, trust, endpoint }, false)?.tls).toEqual({
    check_host_name: false,
    ca_bundle: "PEM",
  });
});

const stored = {
  name: "a",
  tier: "full",
  regions: ["eu-central-1"],
  identity: { kind: "access-key", access_key_id: "AKIAEXAMPLE" },
  endpoint: { kind: "custom", url: "https://kms.example" },
  tls: { ca_bundle: "PEM\n", check_host_name: true },
  proxy: { url: "http://proxy.example:3128" },
} as Connection;

test("an update holds what was changed, and nothing else", () => {
  const same = updateDraft(stored);
  expect(updateRequest(stored, same, false)).toBeUndefined();
  expect(updateRequest(stored, { ...same, regions: ["eu-west-1"] }, false)).toEqual({
    regions: ["eu-west-1"],
  });
  expect(updateRequest(stored, { ...same, tier: "import" }, true)).toEqual({
    tier: "import",
    allow_unverified: true,
  });
});

test("what is taken away is said", () => {
  const same = updateDraft(stored);
  const endpoint = { kind: "standard" as const, host: "", url: "" };
  const proxy = { ...same.proxy, isUsed: false };
  expect(updateRequest(stored, { ...same, endpoint, proxy }, false)).toEqual({
    endpoint: { kind: "standard" },
    tls: { remove_ca_bundle: true },
    remove_proxy: true,
  });
});

test("another identity wants its secret", () => {
  const same = updateDraft(stored);
  expect(updateRequest(stored, { ...same, isOtherIdentity: true }, false)).toBeUndefined();
  const other = { ...same, isOtherIdentity: true, identity: { ...same.identity, secret: "new" } };
  expect(updateRequest(stored, other, false)).toEqual({
    identity: { kind: "access-key", access_key_id: "AKIAEXAMPLE", secret_access_key: "new" },
  });
});

test("roots of one's own, a client certificate and a proxy are wanted once they are said to be there", () => {
  const trust = { ...NEW_CONNECTION.trust, isOwn: true, hasClient: true };
  const proxy = { ...NEW_CONNECTION.proxy, isUsed: true };
  const endpoint = { kind: "custom" as const, host: "", url: "https://127.0.0.1" };
  expect(missingOfNewTrust(NEW_CONNECTION)).toEqual([]);
  expect(missingOfNewTrust({ ...NEW_CONNECTION, trust, proxy, endpoint })).toHaveLength(4);
  // AWS's own endpoints let nobody choose.
  expect(missingOfNewTrust({ ...NEW_CONNECTION, trust })).toEqual([]);
  const given = { ...trust, caBundle: "PEM", chain: "PEM", privateKey: "PEM" };
  expect(missingOfNewTrust({ ...NEW_CONNECTION, trust: given, endpoint })).toEqual([]);
});
