// Notices above the page: what was begun, what ended, what failed.
import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";

import { text } from "../text";

type Notice = Omit<FlashbarProps.MessageDefinition, "id" | "onDismiss">;

interface Notices {
  notify: (notice: Notice) => void;
  shown: FlashbarProps.MessageDefinition[];
}

const Context = createContext<Notices>({ notify: () => undefined, shown: [] });

export function useNotify(): (notice: Notice) => void {
  return useContext(Context).notify;
}

let count = 0;

export function NoticesProvider({ children }: { children: ReactNode }) {
  const [items, setItems] = useState<(Notice & { id: string })[]>([]);
  const notify = useCallback((notice: Notice) => {
    count += 1;
    const id = `notice-${count}`;
    setItems((before) => [{ ...notice, id }, ...before]);
  }, []);
  const shown = useMemo(
    () =>
      items.map((item) => ({
        dismissible: true,
        dismissLabel: text.shell.dismiss,
        ...item,
        onDismiss: () => setItems((before) => before.filter(({ id }) => id !== item.id)),
      })),
    [items],
  );
  const value = useMemo(() => ({ notify, shown }), [notify, shown]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function NoticesBar() {
  const { shown } = useContext(Context);
  return <Flashbar items={shown} stackItems />;
}
