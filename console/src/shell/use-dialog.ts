// A page's one open dialog.
import { useCallback, useState, type ReactNode } from "react";

type MakeDialog = (close: () => void) => ReactNode;

export type OpenDialog = (make: MakeDialog) => void;

/** The open dialog, to be put on the page, and how to open one. */
export function useDialog(): [ReactNode, OpenDialog] {
  const [dialog, setDialog] = useState<ReactNode>(null);
  const open = useCallback((make: MakeDialog) => setDialog(make(() => setDialog(null))), []);
  return [dialog, open];
}
