// One connection: whether it works, how it is reached, and what hangs on it.
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { useRead } from "../../api/read";
import { Loaded } from "../../notices/loaded";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import { AccessKeyPart } from "./access-key-part";
import { AwsSetup } from "./aws-setup";
import { endpointName } from "./add-steps";
import { DeleteDialog } from "./delete-dialog";
import { DoctorPart } from "./doctor-part";
import { FactsPart } from "./facts-part";
import { KeystoresPart, KmsKeysPart } from "./holdings";
import { RotationPart } from "./rotation-part";
import { endpointDraft, type Connection, type IdentityDraft } from "./settings";
import { TestButton } from "./test-button";

const words = text.connections;

function Setup({ connection }: { connection: Connection }) {
  return (
    <AwsSetup
      tier={connection.tier}
      regions={connection.regions}
      endpoint={endpointName(endpointDraft(connection.endpoint))}
      kind={connection.identity.kind as IdentityDraft["kind"]}
      externalId={connection.identity.external_id ?? ""}
      account={connection.account ?? ""}
    />
  );
}

function Details({ connection }: { connection: Connection }) {
  const navigate = useNavigate();
  const [isDeleting, setDeleting] = useState(false);
  const parts = { connection };
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <TestButton connection={connection} />
            <Button onClick={() => void navigate(`/connections/${connection.id}/edit`)}>
              {words.page.edit}
            </Button>
            <ButtonDropdown
              items={[
                { id: "keystore", text: text.keystores.create },
                { id: "delete", text: words.page.delete },
              ]}
              onItemClick={({ detail }) => {
                if (detail.id === "delete") setDeleting(true);
                else void navigate(`/keystores/create?connection=${encodeURIComponent(connection.name)}`);
              }}
            >
              {words.page.actions}
            </ButtonDropdown>
          </SpaceBetween>
        }
      >
        {connection.name}
      </Header>
      <FactsPart {...parts} />
      <Tabs
        ariaLabel={connection.name}
        tabs={[
          { id: "keystores", label: words.page.keystores, content: <KeystoresPart {...parts} /> },
          { id: "kms-keys", label: words.page.kmsKeys, content: <KmsKeysPart {...parts} /> },
          { id: "doctor", label: words.page.doctor, content: <DoctorPart {...parts} /> },
          { id: "access-key", label: words.page.accessKey, content: <AccessKeyPart {...parts} /> },
          { id: "rotation", label: words.page.schedule, content: <RotationPart {...parts} /> },
          { id: "setup", label: words.page.setup, content: <Setup {...parts} /> },
        ]}
      />
      {isDeleting && <DeleteDialog connection={connection} onClose={() => setDeleting(false)} />}
    </SpaceBetween>
  );
}

export default function DetailsPage() {
  const { id = "" } = useParams();
  const reading = useRead("/api/v1/connections/{connection}", { path: { connection: id } });
  usePage(
    reading.data?.name ?? words.title,
    [{ text: words.title, href: "/connections" }],
    <Help title={words.title} words={["connection", "keystore", "lane"]}>
      {words.help}
    </Help>,
  );
  return <Loaded of={reading}>{(data) => <Details connection={data} />}</Loaded>;
}
