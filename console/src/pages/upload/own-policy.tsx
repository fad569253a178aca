// A key policy of one's own for a new KMS key: typed, or from a file.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { FileText } from "../../fields/file-text";
import { text } from "../../text";
import { PolicyField, policyError } from "../../fields/policy-field";
import { laidOut } from "../../fields/policy-text";
import type { Filling } from "./filling";

const words = text.upload.access;

export function OwnPolicy({ draft, put, keystore, lacks }: Filling) {
  const { policy } = draft;
  const error = policy === "" ? undefined : policyError(policy);
  const missing = lacks.includes("policy") && policy === "" ? text.fields.required : undefined;
  const template = keystore?.template.policy;
  return (
    <SpaceBetween size="m">
      <PolicyField value={policy} onChange={(next) => put({ policy: next })} errorText={error ?? missing} />
      <SpaceBetween direction="horizontal" size="xs">
        <Button disabled={policyError(policy) !== undefined} onClick={() => put({ policy: laidOut(policy) })}>
          {text.kmsKey.policy.format}
        </Button>
        {template != null && (
          <Button onClick={() => put({ policy: laidOut(template) })}>{words.fromKeystore}</Button>
        )}
      </SpaceBetween>
      <FileText
        label={words.policyFile}
        description={words.policyChecked}
        accept=".json,.txt"
        onText={(read) => {
          put({ policy: laidOut(read) });
          return undefined;
        }}
      />
    </SpaceBetween>
  );
}
