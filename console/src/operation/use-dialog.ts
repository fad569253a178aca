// A page's one open dialog.
import { useCallback, useState, type ReactNode } from "react";

type Make = (close: () => void) => ReactNode;

/** The open dialog, to be put on the page, and how to open one. */
export function useDialog(): [ReactNode, (make: Make) => void] {
  const [dialog, setDialog] = useState<ReactNode>(null);
  const open = useCallback((make: Make) => setDialog(make(() => setDialog(null))), []);
  return [dialog, open];
}
