// One KMS key as its page uses it, and how it is changed.
import { change } from "../../../api/change";
import { problemOf, Refused, type Schemas } from "../../../api/client";
import { read } from "../../../api/read";
import type { Operation } from "../../../operation/operation";
import { text } from "../../../text";
import type { KmsKey } from "../columns";

const words = text.kmsKey.changed;

export type { KmsKey };
export type Place = Schemas["PlaceView"];

/** What every tab is given. */
export interface Tab {
  kmsKey: KmsKey;
}

/** What is wanted of a KMS key, whatever was observed of it. */
function wantedOf(kmsKey: KmsKey): string {
  const { name, description, tags, aliases, policy, expires_at, regions, life, enabled } = kmsKey;
  return JSON.stringify([name, description, tags, aliases, policy, expires_at, regions, life, enabled]);
}

/** Its revision now, as long as nobody wants something else of it than when it was looked at. */
async function revisionNow(looked: KmsKey): Promise<number> {
  const now = await read("/api/v1/kms-keys/{kms_key}", { path: { kms_key: looked.id } });
  if (wantedOf(now) === wantedOf(looked)) return now.revision;
  throw new Refused({ ...problemOf(-1, words.detail), code: "console.changed", hint: words.hint });
}

/** An update of the KMS key as it was looked at. */
export function update(kmsKey: KmsKey, title: string, body: Schemas["UpdateKmsKeyRequest"]): Operation {
  return {
    title,
    name: kmsKey.name,
    afresh: () => revisionNow(kmsKey),
    change: change("patch", "/api/v1/kms-keys/{kms_key}", {
      path: { kms_key: kmsKey.id },
      body,
      revision: kmsKey.revision,
    }),
  };
}

/** The key id within an ARN. */
export function keyIdOf(arn: string | null | undefined): string {
  return arn?.split("/").at(-1) ?? "";
}
