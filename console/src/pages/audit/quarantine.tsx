// A server that does not trust its database says so, and how that ends.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Textarea from "@cloudscape-design/components/textarea";
import { useMemo, useState } from "react";

import { change } from "../../api/change";
import { useReady } from "../../api/ready";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { removal } from "../../operation/removal";
import { text } from "../../text";

const words = text.audit.quarantine;

function Accept({ onClose }: { onClose: () => void }) {
  const [reason, setReason] = useState("");
  const operation = useMemo<Operation | undefined>(
    () =>
      reason.trim() === ""
        ? undefined
        : removal({
            title: words.accept,
            name: words.name,
            change: change("post", "/api/v1/audit/accept-rollback", { body: { reason } }),
            touches: ["/api/v1/audit", "/readyz"],
          }),
    [reason],
  );
  return (
    <OperationDialog
      operation={operation}
      title={words.accept}
      onClose={onClose}
      render={() => <Alert type="info">{words.acceptDetail}</Alert>}
      fields={
        <FormField label={words.reason} description={words.reasonHelp}>
          <Textarea value={reason} rows={3} onChange={({ detail }) => setReason(detail.value)} />
        </FormField>
      }
    />
  );
}

export function Quarantine() {
  const { data } = useReady();
  const [accepting, setAccepting] = useState(false);
  if (data?.quarantined !== true && !accepting) return null;
  return (
    <>
      <Alert
        type="error"
        header={words.title}
        action={<Button onClick={() => setAccepting(true)}>{words.accept}</Button>}
      >
        {words.detail}
      </Alert>
      {accepting && <Accept onClose={() => setAccepting(false)} />}
    </>
  );
}
