// What is read for a page: under way, refused, or there.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactNode } from "react";

import type { Refused } from "../api/client";
import { text } from "../text";
import { ProblemAlert } from "./problem-alert";
import { useUntold } from "./unreached";

interface Reading<T> {
  data: T | undefined;
  error: Refused | null;
  refetch: () => unknown;
}

/** What was read stays, with whatever is open in it, when it cannot be read anew: the refusal stands above it. */
export function Loaded<T>({ of, children }: { of: Reading<T>; children: (data: T) => ReactNode }) {
  const untold = useUntold(of.error, of.data !== undefined);
  if (of.data === undefined && of.error === null) return <Spinner size="large" />;
  return (
    <>
      {untold !== null && (
        <Box margin={{ bottom: "l" }}>
          <ProblemAlert
            isRead
            problem={untold.problem}
            action={<Button onClick={() => void of.refetch()}>{text.shell.tryAgain}</Button>}
          />
        </Box>
      )}
      {of.data !== undefined && children(of.data)}
    </>
  );
}
