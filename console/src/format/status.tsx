// States as pictures with words.
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import type { Job } from "../api/live";
import { text } from "../text";

type Kind = StatusIndicatorProps.Type;

const KMS_KEY: Record<string, Kind> = {
  AVAILABLE: "success",
  "NOT AVAILABLE": "warning",
  DISABLED: "stopped",
  "PENDING DELETE": "error",
  GONE: "error",
  "NO ACCESS": "warning",
  PROVISIONING: "in-progress",
};

/** The status of a KMS key, as lists show it. */
export function KmsKeyStatus({ status }: { status: string }) {
  return <StatusIndicator type={KMS_KEY[status] ?? "info"}>{status}</StatusIndicator>;
}

const JOB: Record<Job["state"], Kind> = {
  queued: "pending",
  running: "in-progress",
  waiting: "pending",
  paused: "stopped",
  succeeded: "success",
  stuck: "error",
  cancelled: "stopped",
};

export function JobState({ state }: { state: Job["state"] }) {
  return <StatusIndicator type={JOB[state]}>{text.states.job[state]}</StatusIndicator>;
}
