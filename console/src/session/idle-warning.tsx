// Warns before a session ends because nothing happened, and ends it here when it does.
import Button from "@cloudscape-design/components/button";
import { useCallback, useEffect, useState } from "react";

import { Dialog } from "../shell/dialog";
import { text } from "../text";
import type { Idleness } from "./idle";
import { beHere, idlenessNow } from "./presence";
import { useMe, useSession } from "./session";

const words = text.session.idle;
const SECOND = 1000;

/** How long nobody did anything. Once that is late, only an answer to the warning counts. */
function useIdleness(minutes: number | undefined): [Idleness, () => void] {
  const [state, setState] = useState<Idleness>({ is: "here" });
  useEffect(() => {
    const tick = setInterval(() => setState(idlenessNow(minutes)), SECOND);
    return () => clearInterval(tick);
  }, [minutes]);
  const stay = useCallback(() => {
    beHere();
    setState({ is: "here" });
  }, []);
  return [state, stay];
}

export function IdleWarning() {
  const { signOut } = useSession();
  const { session_idle_minutes: minutes } = useMe();
  const [state, stay] = useIdleness(minutes ?? undefined);
  const isOver = state.is === "over";
  useEffect(() => {
    if (isOver) void signOut(words.left);
  }, [isOver, signOut]);
  if (state.is !== "late") return null;
  return (
    <Dialog
      title={words.title}
      onClose={stay}
      actions={
        <>
          <Button variant="link" onClick={() => void signOut(text.session.signedOut)}>
            {words.leave}
          </Button>
          <Button variant="primary" onClick={stay}>
            {words.stay}
          </Button>
        </>
      }
    >
      {words.detail(state.secondsLeft)}
    </Dialog>
  );
}
