// What a schedule belongs to.
import { useRead } from "../../api/read";
import type { Scheduled } from "./scheduled";

/** Of `kms-key:ID` or `key:ID`. */
export function useScheduled(kind: string, id: string): Scheduled | undefined {
  const kmsKey = useRead(
    "/api/v1/kms-keys/{kms_key}",
    { path: { kms_key: id } },
    { enabled: kind === "kms-key" },
  );
  const key = useRead("/api/v1/keys/{key}", { path: { key: id } }, { enabled: kind === "key" });
  if (kind === "kms-key") return kmsKey.data && { kind, kmsKey: kmsKey.data };
  return kind === "key" && key.data !== undefined ? { kind, key: key.data } : undefined;
}
