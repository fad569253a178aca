// A server that does not trust its database says so, and how that ends.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Textarea from "@cloudscape-design/components/textarea";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { change } from "../../api/change";
import { client, type Schemas } from "../../api/client";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";

const words = text.audit.quarantine;

/** Whether work can be done: the answer is the same whether it is yes or no. */
async function readiness(): Promise<Schemas["ReadyView"]> {
  const { data, error } = await client.GET("/readyz");
  return data ?? (error as unknown as Schemas["ReadyView"]);
}

function Accept({ onClose }: { onClose: () => void }) {
  const [reason, setReason] = useState("");
  const operation = useMemo<Operation | undefined>(
    () =>
      reason.trim() === ""
        ? undefined
        : {
            title: words.accept,
            name: words.name,
            loses: true,
            change: change("post", "/api/v1/audit/accept-rollback", { body: { reason } }),
            touches: ["/api/v1/audit", "/readyz"],
          },
    [reason],
  );
  return (
    <OperationDialog
      operation={operation}
      title={words.accept}
      onClose={onClose}
      fields={
        <FormField label={words.reason} description={words.reasonHelp}>
          <Textarea value={reason} rows={3} onChange={({ detail }) => setReason(detail.value)} />
        </FormField>
      }
    />
  );
}

export function Quarantine() {
  const { data } = useQuery({ queryKey: ["/readyz", {}], queryFn: readiness });
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
