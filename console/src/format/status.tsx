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

const TARGET: Record<string, Kind> = {
  open: "in-progress",
  done: "success",
  stuck: "error",
  cancelled: "stopped",
  sending: "in-progress",
  refused: "error",
  unknown: "warning",
};

/** Of what a job is about, and of every try. */
export function TargetState({ state }: { state: string }) {
  return (
    <StatusIndicator type={TARGET[state] ?? "info"}>{text.states.target[state] ?? state}</StatusIndicator>
  );
}
