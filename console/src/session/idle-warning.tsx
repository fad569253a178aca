// Warns before a session ends because nothing happened, and ends it here when it does.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useCallback, useEffect, useState } from "react";

import { read } from "../api/read";
import { text } from "../text";
import { act, idleness, idleSince, type Idleness } from "./idle";
import { useSession } from "./session";

const words = text.session.idle;
const SECOND = 1000;
const ACTIVITY = ["pointerdown", "keydown"] as const;

/** How long nobody did anything. Once that is late, only an answer to the warning counts. */
function useIdleness(): [Idleness, () => void] {
  const [state, setState] = useState<Idleness>({ is: "here" });
  useEffect(() => {
    act(Date.now());
    const look = () => idleness(idleSince(Date.now()));
    const note = () => {
      if (look().is === "here") act(Date.now());
    };
    for (const event of ACTIVITY) window.addEventListener(event, note);
    const tick = setInterval(() => setState(look()), SECOND);
    return () => {
      clearInterval(tick);
      for (const event of ACTIVITY) window.removeEventListener(event, note);
    };
  }, []);
  const stay = useCallback(() => {
    act(Date.now());
    setState({ is: "here" });
  }, []);
  return [state, stay];
}

export function IdleWarning() {
  const { signOut } = useSession();
  const [state, stayHere] = useIdleness();
  const isOver = state.is === "over";
  useEffect(() => {
    if (isOver) void signOut(words.left);
  }, [isOver, signOut]);
  if (state.is !== "late") return null;
  const stay = () => {
    // Any request tells the server that somebody is there.
    void read("/api/v1/me").catch(() => undefined);
    stayHere();
  };
  return (
    <Modal
      visible
      header={words.title}
      closeAriaLabel={text.shell.close}
      onDismiss={stay}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={() => void signOut(text.session.signedOut)}>
              {words.leave}
            </Button>
            <Button variant="primary" onClick={stay}>
              {words.stay}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      {words.detail(state.secondsLeft)}
    </Modal>
  );
}
