// What wants a recent proof of who one is asks for it, and goes on.
import { createContext, useCallback, useContext, useRef, useState, type ReactNode } from "react";

import { Refused } from "../api/client";
import { ConfirmDialog } from "./confirm-dialog";

/** How the codes end of refusals that a recent proof mends. */
const NOT_RECENT = ".not-recent";

export function wantsProof(error: unknown): error is Refused {
  return error instanceof Refused && error.code.endsWith(NOT_RECENT);
}

type Confirmed = <T>(action: () => Promise<T>) => Promise<T>;

const Context = createContext<() => Promise<boolean>>(() => Promise.resolve(false));

/**
 * Gives what runs an action: where it is refused for want of a recent proof, the person is asked for one, and it is
 * tried again. Who declines gets the refusal.
 */
export function useConfirmed(): Confirmed {
  const ask = useContext(Context);
  return useCallback(
    async <T,>(action: () => Promise<T>): Promise<T> => {
      try {
        return await action();
      } catch (error) {
        if (!wantsProof(error) || !(await ask())) throw error;
        return action();
      }
    },
    [ask],
  );
}

/** Holds the dialog in which people prove who they are. */
export function ConfirmedProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<(isConfirmed: boolean) => void>();
  // One proof serves all who wait for it.
  const pending = useRef<Promise<boolean>>(undefined);
  const ask = useCallback(
    () =>
      (pending.current ??= new Promise<boolean>((resolve) => {
        setAsked(() => resolve);
      })),
    [],
  );
  const answer = (isConfirmed: boolean) => {
    pending.current = undefined;
    setAsked(undefined);
    asked?.(isConfirmed);
  };
  return (
    <Context.Provider value={ask}>
      {children}
      {asked !== undefined && (
        <ConfirmDialog onConfirmed={() => answer(true)} onCancel={() => answer(false)} />
      )}
    </Context.Provider>
  );
}
