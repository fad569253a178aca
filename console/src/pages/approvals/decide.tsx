// Saying yes or no to what somebody else asks for.
import Alert from "@cloudscape-design/components/alert";
import FormField from "@cloudscape-design/components/form-field";
import Textarea from "@cloudscape-design/components/textarea";
import { useMemo, useState } from "react";

import { change } from "../../api/change";
import type { Approval, Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { summaryOf } from "../../operation/waiting";

const words = text.approvals;

export type Verdict = "approve" | "reject";

const TEMPLATES = {
  approve: "/api/v1/approvals/{approval}/approve",
  reject: "/api/v1/approvals/{approval}/reject",
} as const;

interface Props {
  request: Approval;
  verdict: Verdict;
  onClose: () => void;
}

export function Decide({ request, verdict, onClose }: Props) {
  const [comment, setComment] = useState("");
  // Consent is to what was looked at when the dialog opened, whatever is read meanwhile.
  const [looked] = useState(request);
  const operation = useMemo<Operation>(
    () => ({
      title: words.decideOf[verdict](summaryOf(looked)),
      name: summaryOf(looked),
      change: change("post", TEMPLATES[verdict], {
        path: { approval: looked.id },
        body: { hash: looked.hash, comment },
      }),
    }),
    [looked, verdict, comment],
  );
  return (
    <OperationDialog
      operation={operation}
      fields={
        <FormField label={words.comment} description={words.commentHelp}>
          <Textarea value={comment} rows={2} onChange={({ detail }) => setComment(detail.value)} />
        </FormField>
      }
      render={() => (
        <Alert type={verdict === "approve" ? "info" : "warning"}>{words.decideDetail[verdict]}</Alert>
      )}
      result={() => <Alert type="success">{words.decided[verdict]}</Alert>}
      onClose={onClose}
    />
  );
}
