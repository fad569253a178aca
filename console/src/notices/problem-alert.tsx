// What the server refused, with its hint and what names it in the logs.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import type { ReactNode } from "react";

import type { Problem } from "../api/client";
import { text } from "../text";

/** A role that somebody does not have is no failure. */
const DENIED = "access.denied";

export function ProblemAlert({ problem, action }: { problem: Problem; action?: ReactNode }) {
  return (
    <div role="alert">
      <Alert type={problem.code === DENIED ? "info" : "error"} header={problem.detail} action={action}>
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
