// Next to a list's counter: what of the selection the filter hides, and how to select all that is found.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { text } from "../text";

const words = text.table;

interface Props {
  selected: number;
  /** How many of these the filter leaves out. */
  unseen: number;
  onClear: () => void;
  /** All that is found, where more can be selected at once. */
  all: { count: number; onSelect: () => void } | undefined;
}

export function Selection({ selected, unseen, onClear, all }: Props) {
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      {unseen > 0 && <span>{words.unseen(selected, unseen)}</span>}
      {unseen > 0 && (
        <Button variant="inline-link" onClick={onClear}>
          {words.clearSelection}
        </Button>
      )}
      {all !== undefined && (
        <Button variant="inline-link" onClick={all.onSelect}>
          {words.selectMatches(all.count)}
        </Button>
      )}
    </SpaceBetween>
  );
}
