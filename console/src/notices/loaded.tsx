// What is read for a page: under way, refused, or there.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactNode } from "react";

import type { Refused } from "../api/client";
import { text } from "../text";
import { ProblemAlert } from "./problem-alert";

interface Reading<T> {
  data: T | undefined;
  error: Refused | null;
  refetch: () => unknown;
}

/** What was read stays, with whatever is open in it, when it cannot be read anew: the refusal stands above it. */
export function Loaded<T>({ of, children }: { of: Reading<T>; children: (data: T) => ReactNode }) {
  if (of.data === undefined && of.error === null) return <Spinner size="large" />;
  return (
    <>
      {of.error !== null && (
        <Box margin={{ bottom: "l" }}>
          <ProblemAlert
            problem={of.error.problem}
            action={<Button onClick={() => void of.refetch()}>{text.shell.tryAgain}</Button>}
          />
        </Box>
      )}
      {of.data !== undefined && children(of.data)}
    </>
  );
}
