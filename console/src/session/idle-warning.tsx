// Warns before a session ends because nothing happened, and ends it here when it does.
import Button from "@cloudscape-design/components/button";
import { useCallback, useEffect, useMemo, useState } from "react";

import { tellThere } from "../api/client";
import { Dialog } from "../shell/dialog";
import { text } from "../text";
import { act, boundsOf, idleness, idleSince, type Bounds, type Idleness } from "./idle";
import { useMe, useSession } from "./session";

const words = text.session.idle;
const SECOND = 1000;
const ACTIVITY = ["pointerdown", "keydown"] as const;

/** Somebody is there: the server learns it too, which counts nothing else that pages ask for. */
function beHere(): void {
  act(Date.now());
  void tellThere();
}

/** How long nobody did anything. Once that is late, only an answer to the warning counts. */
function useIdleness(bounds: Bounds): [Idleness, () => void] {
  const [state, setState] = useState<Idleness>({ is: "here" });
  useEffect(() => beHere(), []);
  useEffect(() => {
    const look = () => idleness(idleSince(Date.now()), bounds);
    const note = () => {
      if (look().is === "here" && idleSince(Date.now()) >= bounds.every) beHere();
    };
    for (const event of ACTIVITY) window.addEventListener(event, note);
    const tick = setInterval(() => setState(look()), SECOND);
    return () => {
      clearInterval(tick);
      for (const event of ACTIVITY) window.removeEventListener(event, note);
    };
  }, [bounds]);
  const stay = useCallback(() => {
    beHere();
    setState({ is: "here" });
  }, []);
  return [state, stay];
}

export function IdleWarning() {
  const { signOut } = useSession();
  const { session_idle_minutes: minutes } = useMe();
  const bounds = useMemo(() => boundsOf(minutes ?? undefined), [minutes]);
  const [state, stay] = useIdleness(bounds);
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
