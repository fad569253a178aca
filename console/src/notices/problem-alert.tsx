// What the server refused, with its hint and what names it in the logs.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import type { ReactNode } from "react";

import type { Problem } from "../api/client";
import { text } from "../text";

/** Where something is only read, a role that somebody does not have is no failure. */
const DENIED = "access.denied";

interface Props {
  problem: Problem;
  action?: ReactNode;
  /** It is of something that was read: nobody asked that anything be done. */
  isRead?: boolean;
}

export function ProblemAlert({ problem, action, isRead = false }: Props) {
  return (
    <div role="alert">
      <Alert
        type={isRead && problem.code === DENIED ? "info" : "error"}
        header={problem.detail}
        action={action}
      >
        {problem.causes?.map((cause) => (
          <div key={cause}>{cause}</div>
        ))}
        {problem.hint}
        <Box fontSize="body-s" color="text-body-secondary">
          {problem.code}
          {problem.request_id != null && ` · ${text.shell.requestId} ${problem.request_id}`}
        </Box>
      </Alert>
    </div>
  );
}
