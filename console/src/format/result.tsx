// What came of what an entry tells.
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import { text } from "../text";

const KINDS: Record<string, StatusIndicatorProps.Type> = {
  intent: "pending",
  ok: "success",
  refused: "error",
  unknown: "warning",
};

export const RESULTS = text.audit.results;

export function Result({ result }: { result: string }) {
  const words = (RESULTS as Record<string, string>)[result] ?? result;
  return <StatusIndicator type={KINDS[result] ?? "info"}>{words}</StatusIndicator>;
}
