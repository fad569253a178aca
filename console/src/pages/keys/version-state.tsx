// The state of a version, and what that leaves it good for.
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import { onDay } from "../../format/time";
import { text } from "../../text";
import type { Version } from "./columns";

const words = text.keys.versions;

const KINDS: Record<string, StatusIndicatorProps.Type> = {
  active: "success",
  "pre-active": "pending",
  suspended: "stopped",
  deactivated: "stopped",
  compromised: "warning",
  destroyed: "error",
};

export function VersionState({ version }: { version: Version }) {
  const { state, destruction_due } = version;
  return (
    <>
      <StatusIndicator type={KINDS[state] ?? "info"}>{state}</StatusIndicator>
      {destruction_due != null && (
        <div>
          <StatusIndicator type="warning">{words.destroyedOn(onDay(destruction_due))}</StatusIndicator>
        </div>
      )}
    </>
  );
}
