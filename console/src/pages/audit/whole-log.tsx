// Whoever reads the entries of a group may not read the log as a whole: that is told before anything is tried.
import Alert from "@cloudscape-design/components/alert";

import type { Problem } from "../../api/client";
import { useRead } from "../../api/read";
import { text } from "../../text";

const DENIED = "access.denied";

export function isDenied({ code }: Problem): boolean {
  return code === DENIED;
}

export function WholeLogDenied() {
  const { error } = useRead("/api/v1/audit/key");
  if (error === null || !isDenied(error.problem)) return null;
  return <Alert type="info">{text.audit.wholeDenied}</Alert>;
}
