// One KMS key as its page uses it, and how it is changed.
import { change } from "../../../api/change";
import type { Schemas } from "../../../api/client";
import type { Operation } from "../../../operation/operation";
import type { KmsKey } from "../../../kms-key/columns";
import { revisionNow } from "../../../kms-key/revision";

export type { KmsKey };
export type Place = Schemas["PlaceView"];

/** What every tab is given. */
export interface Tab {
  kmsKey: KmsKey;
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
