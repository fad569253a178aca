// Who is signed in, and what ends that.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from "react";

import { answered, askHere, asProblem, client, onDoubt, Refused, type Schemas } from "../api/client";
import { keyOf, read } from "../api/read";
import { text } from "../text";

export type Me = Schemas["MeView"];
/** All that a session may be good for, where that is not everything. */
export type Limit = Schemas["SessionLimit"];

interface Session {
  /** Nobody, as long as it is undefined. */
  me: Me | undefined;
  isPending: boolean;
  /** What the session is good for, where that is not everything. */
  limit: Limit | undefined;
  /** Why somebody was signed out, to be said once. */
  farewell: string | undefined;
  signIn: (user: string, password: string, totp: string | undefined) => Promise<void>;
  signOut: (farewell: string) => Promise<void>;
  /** The session has ended, and what is shown stays until somebody signs out: it is shown once. */
  hold: () => void;
  /** The session has more or less to it than before. */
  changed: (limit: Limit | undefined) => Promise<void>;
}

/** Who saw what is shown, after the session has ended. */
interface Held {
  me: Me | undefined;
  limit: Limit | undefined;
}

const Context = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(Context);
  if (session === undefined) throw new Error("there is no SessionProvider");
  return session;
}

/** Whoever is signed in. Only below pages that ask for it. */
export function useMe(): Me {
  const { me } = useSession();
  if (me === undefined) throw new Error("nobody is signed in");
  return me;
}

const ME = keyOf("/api/v1/me");
const NOT_SIGNED_IN = 401;

/** Who is signed in; `null` is nobody. */
async function whoIsThere(ask: () => Promise<Me> = () => read("/api/v1/me")): Promise<Me | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Refused && error.problem.status === NOT_SIGNED_IN) return null;
    throw error;
  }
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [begun, setBegun] = useState<Limit>();
  const [farewell, setFarewell] = useState<string>();
  const [held, setHeld] = useState<Held>();
  // Whoever signed out stays out, even where the server could not be told.
  const [isOut, setOut] = useState(false);
  // Whoever opens the page is there.
  const opening = useRef(true);
  const { data, isPending } = useQuery<Me | null, Refused>({
    queryKey: ME,
    queryFn: ({ signal }) => {
      const isOpening = opening.current;
      opening.current = false;
      return whoIsThere(isOpening ? askHere : () => read("/api/v1/me", {}, signal));
    },
    enabled: begun === undefined && held === undefined && !isOut,
    // Somebody else may have signed in in another tab: the session is the browser's.
    refetchOnWindowFocus: "always",
  });

  // Two windows side by side are both in sight: whoever comes back to one of them may be another.
  useEffect(() => {
    const look = () =>
      void queries.invalidateQueries({ queryKey: ME, exact: true }, { cancelRefetch: false });
    window.addEventListener("focus", look);
    return () => window.removeEventListener("focus", look);
  }, [queries]);

  // What the one read is not shown to the other.
  const id = data?.id;
  const known = useRef(id);
  useEffect(() => {
    if (known.current !== undefined && id !== undefined && known.current !== id) {
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME[0] });
    }
    known.current = id;
  }, [id, queries]);

  // An answer about a session is no answer about the next one, nor about one that is over and still shown.
  const era = useRef(0);
  // Somebody may have ended the session elsewhere, or it has lapsed.
  const mayEnd = (data != null || begun !== undefined) && held === undefined;
  useEffect(() => {
    if (!mayEnd) return undefined;
    return onDoubt(() => {
      const asked = era.current;
      void whoIsThere().then(
        (me) => {
          if (me !== null || asked !== era.current) return;
          setBegun(undefined);
          // Whoever is signing out at this moment says why himself.
          setFarewell((said) => said ?? text.session.ended);
          queries.clear();
          queries.setQueryData(ME, null);
        },
        // Whether somebody is signed in is not known: the next answer tells.
        () => undefined,
      );
    });
  }, [mayEnd, queries]);

  const changed = useCallback(
    async (next: Limit | undefined) => {
      era.current += 1;
      setBegun(next);
      setFarewell(undefined);
      setOut(false);
      if (next === undefined) await queries.resetQueries();
    },
    [queries],
  );
  const signIn = useCallback(
    async (user: string, password: string, totp: string | undefined) => {
      const body = { user, password, ...(totp === undefined ? {} : { totp }) };
      const { data: answer } = await answered(client.POST("/api/v1/sessions", { body }));
      await changed(answer.only_for ?? undefined);
    },
    [changed],
  );
  const signOut = useCallback(
    async (reason: string) => {
      const provider = queries.getQueryData<Me | null>(ME)?.provider;
      const isTold = await answered(client.DELETE("/api/v1/sessions/current")).then(
        () => true,
        (error: unknown) => asProblem(error).status === NOT_SIGNED_IN,
      );
      setBegun(undefined);
      setHeld(undefined);
      setOut(true);
      // The provider is not told: whoever has its session comes in again without a word.
      const said = provider == null ? reason : text.session.stillAtProvider(reason, provider);
      setFarewell(isTold ? said : text.session.notTold);
      queries.clear();
      queries.setQueryData(ME, null);
    },
    [queries],
  );
  // What a session began with is told at once; later, as after loading the page anew, it is read.
  const limit = held === undefined ? (begun ?? data?.only_for ?? undefined) : held.limit;
  const hold = useCallback(() => {
    era.current += 1;
    setHeld({ me: data ?? undefined, limit });
  }, [data, limit]);
  const session = useMemo<Session>(
    () => ({
      me: limit === undefined ? (held?.me ?? data ?? undefined) : undefined,
      isPending: isPending && limit === undefined,
      limit,
      farewell,
      signIn,
      signOut,
      hold,
      changed,
    }),
    [data, held, isPending, limit, farewell, signIn, signOut, hold, changed],
  );
  return <Context.Provider value={session}>{children}</Context.Provider>;
}
