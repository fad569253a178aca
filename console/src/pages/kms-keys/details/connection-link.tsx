// Whether the connection of a KMS key works.
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import type { Schemas } from "../../../api/client";
import { useRead } from "../../../api/read";
import { fromNow } from "../../../format/time";
import { text } from "../../../text";

const words = text.kmsKey.linkState;
const KIND = { connected: "success", "not-connected": "warning", unknown: "pending" } as const;

function toldOf({ state, since, why }: Schemas["LinkHealthView"]): string {
  if (state === "connected") return words.connected;
  const when = since == null ? undefined : words.since(fromNow(since));
  return [words[state], when, why].filter((part) => part != null).join(": ");
}

export function ConnectionLink({ connection }: { connection: string }) {
  const { data } = useRead("/api/v1/connections/{connection}", { path: { connection } });
  if (data === undefined) return text.shell.none;
  return <StatusIndicator type={KIND[data.health.state]}>{toldOf(data.health)}</StatusIndicator>;
}
