// A KMS key for unit tests, in which AWS is as wanted.
import type { KmsKey, Place } from "./kms-key";

export const PLACE: Place = {
  region: "eu-central-1",
  primary: true,
  arn: "arn:aws:kms:eu-central-1:111122223333:key/1",
  key_state: "Enabled",
  aliases: ["alias/app"],
  tags: { team: "pay", "keyferry:op": "x" },
  policy: `{"Statement":[]}`,
  materials: [{ id: "m1", state: "CURRENT", present: true, version: 1 }],
  rotations_used: 3,
  read_at: "2026-06-01T12:00:00Z",
};

export const KMS_KEY = {
  id: "k",
  name: "app",
  life: "ACTIVE",
  enabled: true,
  regions: ["eu-central-1"],
  aliases: ["alias/app"],
  tags: { team: "pay" },
  policy: `{ "Statement": [] }`,
  source: { kind: "Keyferry", key: "s", key_name: "app", text: "Keyferry (app)" },
  versions: [{ number: 1 }],
  places: [PLACE],
} as unknown as KmsKey;
