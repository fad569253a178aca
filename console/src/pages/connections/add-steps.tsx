// The steps of adding a connection.
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

import { GroupField } from "../../fields/group-field";
import { RotationFields } from "../../fields/rotation-fields";
import { text } from "../../text";
import { AwsSetup } from "./aws-setup";
import { EndpointFields } from "./endpoint-fields";
import { IdentityFields } from "./identity-fields";
import { RegionFields, TierField } from "./region-fields";
import { hasAccessKey, mayTrustOthers, type ConnectionDraft, type EndpointDraft } from "./settings";
import { summaryOf } from "./summary";
import { ProxyFields, TrustFields } from "./trust-fields";

const words = text.connections;

export interface StepProps {
  draft: ConnectionDraft;
  set: (part: Partial<ConnectionDraft>) => void;
}

export function AccountStep({ draft, set }: StepProps) {
  return (
    <SpaceBetween size="l">
      <Container>
        <SpaceBetween size="l">
          <FormField label={words.wizard.name} description={words.wizard.nameHelp}>
            <Input value={draft.name} onChange={({ detail }) => set({ name: detail.value })} />
          </FormField>
          <GroupField group={draft.group} onChange={(group) => set({ group })} />
        </SpaceBetween>
      </Container>
      <Container>
        <SpaceBetween size="l">
          <IdentityFields draft={draft.identity} onChange={(identity) => set({ identity })} />
          <TierField tier={draft.tier} onChange={(tier) => set({ tier })} />
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}

export function RegionsStep({ draft, set }: StepProps) {
  return (
    <Container>
      <SpaceBetween size="l">
        <RegionFields regions={draft.regions} onChange={(regions) => set({ regions })} />
        <EndpointFields
          draft={draft.endpoint}
          regions={draft.regions}
          onChange={(endpoint) => set({ endpoint })}
        />
      </SpaceBetween>
    </Container>
  );
}

export function TrustStep({ draft, set }: StepProps) {
  return (
    <SpaceBetween size="l">
      <Container header={<Header>{words.trust.label}</Header>}>
        <TrustFields
          draft={draft.trust}
          isFixed={!mayTrustOthers(draft.endpoint)}
          onChange={(trust) => set({ trust })}
        />
      </Container>
      <Container header={<Header>{words.proxy.label}</Header>}>
        <ProxyFields draft={draft.proxy} onChange={(proxy) => set({ proxy })} />
      </Container>
    </SpaceBetween>
  );
}

/** An endpoint as the API's questions name it. */
export function endpointName({ kind, host, url }: EndpointDraft): string {
  if (kind === "vpc") return host === "" ? "standard" : host;
  if (kind === "custom") return url === "" ? "standard" : url;
  return kind;
}

export function SetupStep({ draft }: StepProps) {
  return (
    <Container>
      <AwsSetup
        tier={draft.tier}
        regions={draft.regions}
        endpoint={endpointName(draft.endpoint)}
        kind={draft.identity.kind}
        externalId={draft.identity.externalId}
        account={/^arn:[^:]*:iam::(\d{12}):/.exec(draft.identity.roleArn)?.[1] ?? ""}
      />
    </Container>
  );
}

export function SchedulesStep({ draft, set }: StepProps) {
  return (
    <SpaceBetween size="l">
      <Container header={<Header description={words.wizard.rotationHelp}>{words.wizard.rotation}</Header>}>
        <RotationFields draft={draft.rotation} onChange={(rotation) => set({ rotation })} />
      </Container>
      {hasAccessKey(draft.identity) && (
        <Container
          header={
            <Header description={words.wizard.accessKeyRotationHelp}>{words.wizard.accessKeyRotation}</Header>
          }
        >
          <RotationFields
            draft={draft.accessKeyRotation}
            onChange={(accessKeyRotation) => set({ accessKeyRotation })}
            isWhenOnly
          />
        </Container>
      )}
    </SpaceBetween>
  );
}

export function VerifyStep({ draft, body }: { draft: ConnectionDraft; body: ReactNode }) {
  return (
    <SpaceBetween size="l">
      <Container header={<Header>{words.wizard.summary}</Header>}>
        <KeyValuePairs
          columns={3}
          items={summaryOf(draft).map(([label, value]) => ({ label, value: value || text.shell.none }))}
        />
      </Container>
      {body}
    </SpaceBetween>
  );
}
