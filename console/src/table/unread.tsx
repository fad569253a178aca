// Why a list could not be read.
import Button from "@cloudscape-design/components/button";

import type { Problem } from "../api/client";
import { ProblemAlert } from "../notices/problem-alert";
import { text } from "../text";

export function Unread({ problem, onAgain }: { problem: Problem; onAgain: () => void }) {
  return (
    <ProblemAlert
      isRead
      problem={problem}
      action={<Button onClick={onAgain}>{text.shell.tryAgain}</Button>}
    />
  );
}
