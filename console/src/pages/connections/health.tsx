// Whether a connection works, as a picture with words.
import Popover from "@cloudscape-design/components/popover";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import type { Schemas } from "../../api/client";
import { text } from "../../text";

const words = text.connections;
export const KIND = { connected: "success", "not-connected": "warning", unknown: "pending" } as const;

/** The state alone, with its reason where somebody asks for it. */
export function Health({ health }: { health: Schemas["LinkHealthView"] }) {
  const state = <StatusIndicator type={KIND[health.state]}>{words.health[health.state]}</StatusIndicator>;
  if (health.why == null) return state;
  return (
    <Popover dismissAriaLabel={text.shell.close} header={words.health[health.state]} content={health.why}>
      {state}
    </Popover>
  );
}
