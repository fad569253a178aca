// How bad an alert is, and whether it is over, as pictures with words.
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import type { Schemas } from "../../api/client";
import { text } from "../../text";

export type Alert = Schemas["AlertView"];
export type Severity = Schemas["Severity"];

const words = text.alerts;

const KINDS: Record<Severity, StatusIndicatorProps.Type> = {
  critical: "error",
  warning: "warning",
  info: "info",
};

export function SeverityMark({ severity }: { severity: Severity }) {
  return <StatusIndicator type={KINDS[severity]}>{words.severities[severity]}</StatusIndicator>;
}

export type Standing = "open" | "acknowledged" | "over";

/** Where it stands: an alert of which somebody took note stays open until what it tells is over. */
export function standingOf(alert: Pick<Alert, "acknowledged_at" | "resolved_at">): Standing {
  if (alert.resolved_at != null) return "over";
  return alert.acknowledged_at == null ? "open" : "acknowledged";
}

const STANDINGS: Record<Standing, StatusIndicatorProps.Type> = {
  open: "pending",
  acknowledged: "info",
  over: "success",
};

export function StandingMark({ alert }: { alert: Alert }) {
  const standing = standingOf(alert);
  return <StatusIndicator type={STANDINGS[standing]}>{words.standings[standing]}</StatusIndicator>;
}
