// What a schedule belongs to, and its next times as the server tells them of a trial.
import { useQuery } from "@tanstack/react-query";

import { send } from "../../api/change";
import type { Refused } from "../../api/client";
import { useRead } from "../../api/read";
import type { Rotation } from "../../fields/rotation";
import { sameRule, upcomingOf, type Scheduled } from "./scheduled";

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

/** Whoever may not change it is not told. */
export function useUpcoming(of: Scheduled | undefined, rule: Rotation | undefined) {
  const asked = of === undefined || rule === undefined ? undefined : sameRule(of, rule);
  return useQuery<string[], Refused>({
    // Read anew with the schedules.
    queryKey: ["/api/v1/schedules", "upcoming", asked],
    queryFn: async ({ signal }) => {
      if (asked === undefined || of === undefined) return [];
      return upcomingOf(of.kind, (await send(asked, { dryRun: true, signal })).data);
    },
    enabled: asked !== undefined,
    retry: false,
  });
}
