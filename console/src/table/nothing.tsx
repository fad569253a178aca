// Where a list has no rows: why, and what can be done about it.
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

export function Nothing({ title, detail, action }: { title: string; detail: string; action?: ReactNode }) {
  return (
    <Box textAlign="center" padding="l">
      <SpaceBetween size="xs">
        <b>{title}</b>
        <Box color="text-body-secondary">{detail}</Box>
        {action}
      </SpaceBetween>
    </Box>
  );
}
