// The number beside the title of a list.
import { text } from "../text";

interface Counted {
  total: number;
  selected: number;
  /** There are more than have come so far. */
  isPartial: boolean;
  /** What could not be read has no number. */
  isUnread: boolean;
}

export function counter({ total, selected, isPartial, isUnread }: Counted): string | undefined {
  if (isUnread) return undefined;
  return selected > 0 ? text.table.selected(selected, total) : `(${total}${isPartial ? "+" : ""})`;
}
