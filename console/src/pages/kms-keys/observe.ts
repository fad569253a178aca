// Looking at a KMS key in AWS now: nothing is changed, so nothing is asked.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { change, send } from "../../api/change";
import { asProblem } from "../../api/client";
import { forget } from "../../api/live";
import { useNotify } from "../../notices/notices";
import { text } from "../../text";
import type { KmsKey } from "../../kms-key/columns";

const words = text.kmsKeys.observed;

export function useObserve(): [(kmsKey: KmsKey) => Promise<void>, boolean] {
  const queries = useQueryClient();
  const notify = useNotify();
  const [isObserving, setObserving] = useState(false);
  const observe = useCallback(
    async ({ id, name }: KmsKey) => {
      setObserving(true);
      try {
        const asked = change("post", "/api/v1/kms-keys/{kms_key}/observe", { path: { kms_key: id } });
        const { data } = await send(asked);
        forget(queries, ["/api/v1/kms-keys", "/api/v1/all-keys", "/api/v1/alerts"]);
        notify({ type: "success", content: words.done(name, (data as KmsKey).status) });
      } catch (error) {
        const problem = asProblem(error);
        notify({ type: "error", header: problem.detail, content: problem.hint ?? problem.code });
      }
      setObserving(false);
    },
    [queries, notify],
  );
  return [observe, isObserving];
}
