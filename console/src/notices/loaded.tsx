// What is read for a page: under way, refused, or there.
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

export function Loaded<T>({ of, children }: { of: Reading<T>; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return children(of.data);
  if (of.error === null) return <Spinner size="large" />;
  return (
    <ProblemAlert
      problem={of.error.problem}
      action={<Button onClick={() => void of.refetch()}>{text.shell.tryAgain}</Button>}
    />
  );
}
