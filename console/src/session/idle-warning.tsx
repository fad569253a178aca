// Warns before a session ends because nothing happened, and ends it here when it does.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";

import { read } from "../api/read";
import { text } from "../text";
import { useSession } from "./session";

const words = text.session.idle;
const SECOND = 1000;
/** As the server ends sessions: fifteen minutes after the last request. */
const IDLE_MAX = 15 * 60 * SECOND;
const WARNED_BEFORE = 60 * SECOND;
const ACTIVITY = ["pointerdown", "keydown"] as const;

/** Milliseconds since somebody did something here; once that is late, only an answer to the warning counts. */
function useIdle(): number {
  const [idle, setIdle] = useState(0);
  useEffect(() => {
    let last = Date.now();
    const act = () => {
      if (!isLate(Date.now() - last)) last = Date.now();
    };
    for (const event of ACTIVITY) window.addEventListener(event, act);
    const tick = setInterval(() => setIdle(Date.now() - last), SECOND);
    return () => {
      clearInterval(tick);
      for (const event of ACTIVITY) window.removeEventListener(event, act);
    };
  }, []);
  return idle;
}

function isLate(idle: number): boolean {
  return idle >= IDLE_MAX - WARNED_BEFORE;
}

export function IdleWarning() {
  const { signOut } = useSession();
  const [round, setRound] = useState(0);
  return <Countdown key={round} onStay={() => setRound((before) => before + 1)} onLeave={signOut} />;
}

interface Props {
  onStay: () => void;
  onLeave: (farewell: string) => Promise<void>;
}

function Countdown({ onStay, onLeave }: Props) {
  const idle = useIdle();
  const isOver = idle >= IDLE_MAX;
  useEffect(() => {
    if (isOver) void onLeave(words.left);
  }, [isOver, onLeave]);
  if (!isLate(idle)) return null;
  const left = Math.max(0, Math.round((IDLE_MAX - idle) / SECOND));
  const stay = () => {
    // Any request tells the server that somebody is there.
    void read("/api/v1/me").catch(() => undefined);
    onStay();
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
            <Button variant="link" onClick={() => void onLeave(text.session.signedOut)}>
              {words.leave}
            </Button>
            <Button variant="primary" onClick={stay}>
              {words.stay}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      {words.detail(left)}
    </Modal>
  );
}
