// Whether a connection works, as a picture with words.
import Box from "@cloudscape-design/components/box";
import Popover from "@cloudscape-design/components/popover";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import type { Schemas } from "../api/client";
import { text } from "../text";
import { fromNow } from "./time";

const words = text.states.link;
// One that does not work may be kept, and be mended later: it is a warning, and no failure.
const KINDS = { connected: "success", "not-connected": "warning", unknown: "pending" } as const;

interface Props {
  health: Schemas["LinkHealthView"];
  /** Since when and why: below it, or where somebody asks for it. */
  detail?: "below" | "asked";
}

export function LinkHealth({ health: { state, since, why }, detail }: Props) {
  const told = <StatusIndicator type={KINDS[state]}>{words[state]}</StatusIndicator>;
  if (detail === undefined || (detail === "asked" && why == null)) return told;
  if (detail === "asked")
    return (
      <Popover dismissAriaLabel={text.shell.close} header={words[state]} content={why}>
        {told}
      </Popover>
    );
  return (
    <SpaceBetween size="xxs">
      {told}
      {since != null && (
        <Box color="text-body-secondary" fontSize="body-s">
          {text.states.since(fromNow(since))}
        </Box>
      )}
      {why != null && <Box color="text-status-error">{why}</Box>}
    </SpaceBetween>
  );
}
