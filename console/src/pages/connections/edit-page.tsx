// Changes a connection: it is verified before anything is stored.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useParams } from "react-router";

import { change } from "../../api/change";
import { useRead, useAll } from "../../api/read";
import { Loaded } from "../../notices/loaded";
import { useLooked } from "../../fields/looked";
import { Missing } from "../../fields/missing";
import { useNotify } from "../../notices/notices";
import type { Operation } from "../../operation/operation";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { RegionChoice } from "../../fields/region-choice";
import { useLeave } from "../../shell/use-leave";
import { text } from "../../text";
import { EndpointFields } from "./endpoint-fields";
import { IdentityFields } from "./identity-fields";
import { TierField } from "./region-fields";
import { missingOfRegions, missingOfTrust } from "./missing";
import { identityOf, mayTrustOthers, type Connection } from "./settings";
import { storedNotice, useStoring } from "./storing";
import { ProxyFields, TrustFields } from "./trust-fields";
import { updateDraft, updateRequest, type UpdateDraft } from "./update";

const words = text.connections;

interface PartProps {
  connection: Connection;
  draft: UpdateDraft;
  set: (part: Partial<UpdateDraft>) => void;
}

function Fixed({ connection }: { connection: Connection }) {
  const groups = useAll("/api/v1/groups");
  const { name, cloud, partition, account } = connection;
  const group = groups.items.find(({ id }) => id === connection.group)?.name ?? connection.group;
  const shown = { name, cloud: words.cloud[cloud] ?? cloud, group, partition, account };
  const values: Record<string, string | null | undefined> = shown;
  return (
    <Container header={<Header description={words.edit.fixedHelp}>{words.edit.fixed}</Header>}>
      <ColumnLayout columns={3}>
        {connection.fixed.map((one) => (
          <FormField key={one} label={words.edit.fixedNames[one] ?? one}>
            <Input value={values[one] ?? ""} disabled />
          </FormField>
        ))}
      </ColumnLayout>
    </Container>
  );
}

function IdentityPart({ draft, set }: PartProps) {
  return (
    <Container header={<Header>{words.edit.identity}</Header>}>
      <SpaceBetween size="l">
        <RadioGroup
          ariaLabel={words.edit.identity}
          value={draft.isOtherIdentity ? "other" : "keep"}
          items={[
            { value: "keep", label: words.edit.keep },
            { value: "other", label: words.edit.other },
          ]}
          onChange={({ detail }) => set({ isOtherIdentity: detail.value === "other" })}
        />
        {draft.isOtherIdentity && (
          <IdentityFields draft={draft.identity} onChange={(identity) => set({ identity })} />
        )}
      </SpaceBetween>
    </Container>
  );
}

function RegionsPart({ connection, draft, set }: PartProps) {
  const { data, isPending } = useRead("/api/v1/connections/{connection}/regions", {
    path: { connection: connection.id },
  });
  return (
    <Container header={<Header>{words.edit.link}</Header>}>
      <SpaceBetween size="l">
        <RegionChoice
          regions={draft.regions}
          known={data?.regions ?? []}
          isPending={isPending}
          onChange={(regions) => set({ regions })}
        />
        <TierField tier={draft.tier} onChange={(tier) => set({ tier })} />
      </SpaceBetween>
    </Container>
  );
}

function EndpointPart({ connection, draft, set }: PartProps) {
  return (
    <Container header={<Header>{words.edit.endpoint}</Header>}>
      <SpaceBetween size="l">
        <EndpointFields
          draft={draft.endpoint}
          regions={draft.regions}
          onChange={(endpoint) => set({ endpoint })}
        />
        <TrustFields
          draft={draft.trust}
          isFixed={!mayTrustOthers(draft.endpoint)}
          onChange={(trust) => set({ trust })}
        />
        <ProxyFields
          draft={draft.proxy}
          isStored={connection.proxy != null}
          onChange={(proxy) => set({ proxy })}
        />
      </SpaceBetween>
    </Container>
  );
}

function missingOf(draft: UpdateDraft): string[] {
  const { isOtherIdentity, identity } = draft;
  return [
    ...(isOtherIdentity && identityOf(identity) === undefined ? [words.wizard.missingIdentity] : []),
    ...missingOfRegions(draft),
    ...missingOfTrust(draft),
  ];
}

function operationOf(
  connection: Connection,
  draft: UpdateDraft,
  allowUnverified: boolean,
): Operation | undefined {
  const body = updateRequest(connection, draft, allowUnverified);
  if (body === undefined) return undefined;
  return {
    title: words.edit.title(connection.name),
    name: connection.name,
    change: change("patch", "/api/v1/connections/{connection}", {
      path: { connection: connection.id },
      body,
      revision: connection.revision,
    }),
    touches: ["/api/v1/connections"],
  };
}

function Editing({ connection: now }: { connection: Connection }) {
  const connection = useLooked(now, "/api/v1/connections");
  const [draft, setDraft] = useState(() => updateDraft(connection));
  const leave = useLeave();
  const notify = useNotify();
  const back = () => leave(`/connections/${connection.id}`);
  const storing = useStoring({
    operation: (allowUnverified) => operationOf(connection, draft, allowUnverified),
    store: words.verify.update,
    storeAnyway: words.verify.updateAnyway,
    onStored: ({ verification }) => {
      notify(storedNotice(connection.name, verification));
      back();
    },
  });
  const isChanged = operationOf(connection, draft, false) !== undefined;
  const missing = missingOf(draft);
  const parts = { connection, draft, set: (part: Partial<UpdateDraft>) => setDraft({ ...draft, ...part }) };
  return (
    <Form
      header={<Header variant="h1">{words.edit.title(connection.name)}</Header>}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="link" disabled={storing.isSending} onClick={back}>
            {storing.isOver ? text.shell.close : text.shell.cancel}
          </Button>
          {storing.actions}
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        <Fixed connection={connection} />
        <IdentityPart {...parts} />
        <RegionsPart {...parts} />
        <EndpointPart {...parts} />
        <Missing said={missing}>
          {isChanged || missing.length > 0 ? storing.body : <Alert type="info">{words.edit.unchanged}</Alert>}
        </Missing>
      </SpaceBetween>
    </Form>
  );
}

export default function EditPage() {
  const { id = "" } = useParams();
  const reading = useRead("/api/v1/connections/{connection}", { path: { connection: id } });
  const title = words.edit.title(reading.data?.name ?? "");
  usePage(
    title,
    [
      { text: words.title, href: "/connections" },
      { text: reading.data?.name ?? "", href: `/connections/${id}` },
    ],
    <Help title={title} words={["connection"]}>
      {words.help}
    </Help>,
  );
  return <Loaded of={reading}>{(data) => <Editing key={data.id} connection={data} />}</Loaded>;
}
