// Takes a schedule away: what it belongs to stays as it is.
import Alert from "@cloudscape-design/components/alert";
import { useState } from "react";

import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { revisionNow } from "../../kms-key/revision";
import { ruleChange, type Scheduled } from "./scheduled";

const words = text.jobs.schedule;

interface Props {
  of: Scheduled;
  name: string;
  onClose: () => void;
}

export function RemoveSchedule({ of, name, onClose }: Props) {
  // As it was when the dialog was opened: what others change meanwhile is not overwritten.
  const [operation] = useState<Operation>(() => ({
    title: words.removeTitle(name),
    name,
    change: ruleChange(of, { every: "never" }),
    ...(of.kind === "kms-key" ? { afresh: () => revisionNow(of.kmsKey) } : {}),
    touches: ["/api/v1/schedules"],
  }));
  return (
    <OperationDialog
      operation={operation}
      render={() => <Alert type="info">{words.removed(name)}</Alert>}
      onClose={onClose}
    />
  );
}
