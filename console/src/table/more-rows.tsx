// Below a list that comes page by page: how many rows are there, and what brings more.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Paged } from "../api/read";

interface Props {
  of: Paged<unknown>;
  /** Such as `Load older entries`. */
  more: string;
  /** Tells how many there are, and whether these are all. */
  told: (count: number, isPartial: boolean) => string;
}

export function MoreRows({ of, more, told }: Props) {
  if (of.isPending || of.items.length === 0) return null;
  return (
    <Box textAlign="center">
      <SpaceBetween size="xs">
        {of.isPartial && (
          <Button loading={of.isLooking} onClick={of.more}>
            {more}
          </Button>
        )}
        <Box color="text-body-secondary">{told(of.items.length, of.isPartial)}</Box>
      </SpaceBetween>
    </Box>
  );
}
