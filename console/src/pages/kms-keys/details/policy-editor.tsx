// The key policy as JSON: edited, checked by the server, and carried out after its plan was looked at.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import type { Operation } from "../../../operation/operation";
import { OperationDialog } from "../../../operation/operation-dialog";
import { text } from "../../../text";
import { update, type KmsKey, type Tab } from "./kms-key";
import { PolicyField, policyError } from "../../../fields/policy-field";
import { laidOut, saysTheSame } from "../../../fields/policy-text";

const words = text.kmsKey.policy;

/** The policy that is wanted; where none is, the one that AWS made. */
function policyOf(kmsKey: KmsKey): string {
  return laidOut(kmsKey.policy ?? kmsKey.places.find(({ policy }) => policy != null)?.policy ?? "");
}

/** Policies of places that say something else than the wanted one. */
function Differing({ kmsKey: { policy: wanted, places } }: Tab) {
  if (wanted == null) return null;
  return places
    .filter(({ policy }) => policy != null && !saysTheSame(policy, wanted))
    .map(({ region, policy }) => (
      <ExpandableSection key={region} headerText={words.differs(region)}>
        <Box variant="code">
          <pre className="code">{laidOut(policy ?? "")}</pre>
        </Box>
      </ExpandableSection>
    ));
}

export function PolicyEditor({ kmsKey }: Tab) {
  const is = policyOf(kmsKey);
  const [draft, setDraft] = useState<{ of: string; policy: string }>();
  const [operation, setOperation] = useState<Operation>();
  // A policy that changed meanwhile is begun with anew.
  const policy = draft?.of === is ? draft.policy : is;
  const edit = (next: string) => setDraft({ of: is, policy: next });
  const error = policyError(policy);
  const isChanged = policy !== is;
  const check = () => setOperation(update(kmsKey, words.changePolicy(kmsKey.name), { policy }));
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={words.jsonDetail}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" disabled={!isChanged} onClick={() => setDraft(undefined)}>
                {words.discard}
              </Button>
              <Button disabled={error !== undefined} onClick={() => edit(laidOut(policy))}>
                {words.format}
              </Button>
              <Button variant="primary" disabled={!isChanged || error !== undefined} onClick={check}>
                {words.check}
              </Button>
            </SpaceBetween>
          }
        >
          {words.json}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {kmsKey.policy == null && <Box color="text-body-secondary">{words.fromAws}</Box>}
        <PolicyField value={policy} onChange={edit} errorText={error} />
        <Differing kmsKey={kmsKey} />
      </SpaceBetween>
      {operation !== undefined && (
        <OperationDialog operation={operation} onClose={() => setOperation(undefined)} />
      )}
    </Container>
  );
}
