// The receipt of a KMS key: what it proves, the file, and how it is checked.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Schemas } from "../../../api/client";
import { useRead } from "../../../api/read";
import { save } from "../../../format/save";
import { atMinute, exactly } from "../../../format/time";
import { Loaded } from "../../../notices/loaded";
import { text } from "../../../text";
import type { Tab } from "./kms-key";
import { atMicros, fileNameOf, unproven, type Receipt } from "./receipt";
import { ReceiptCheck } from "./receipt-check";
import { ReceiptEntries } from "./receipt-entries";

const words = text.kmsKey.receipt;

function Subject({ of: { kms_key: subject, issued_micros: issued } }: { of: Receipt }) {
  const { source, materials } = subject;
  return (
    <KeyValuePairs
      columns={2}
      minColumnWidth={260}
      items={[
        {
          label: words.subject,
          value: `${subject.name} (${subject.life}), ${subject.arn ?? text.shell.none}`,
        },
        { label: words.issued, value: exactly(atMicros(issued)) },
        {
          label: words.source,
          value:
            source == null ? (
              words.noSource
            ) : (
              <ul className="plain">
                <li>{`${source.name}, ${source.spec}`}</li>
                {source.versions.map(({ number, origin, state, created_micros: made }) => (
                  <li key={number}>{words.version(number, origin, state, atMinute(atMicros(made)))}</li>
                ))}
              </ul>
            ),
        },
        {
          label: words.materials,
          value:
            materials.length === 0 ? (
              words.noMaterials
            ) : (
              <ul className="plain">
                {materials.map(({ material_id: id, version }) => (
                  <li key={id}>
                    {version == null ? "" : `${words.material(version)}: `}
                    <Box variant="code">
                      <span className="code">{id}</span>
                    </Box>
                  </li>
                ))}
              </ul>
            ),
        },
      ]}
    />
  );
}

function Approvals({ of: { approvals = [] } }: { of: Receipt }) {
  if (approvals.length === 0) return <Box color="text-body-secondary">{words.noApprovals}</Box>;
  return (
    <ul className="plain">
      {approvals.map(({ id, requester, action, reason, decisions = [] }) => (
        <li key={id}>
          {words.asked(requester, action)}: {reason}
          {decisions.map(({ by, verdict, at_micros: at }) => (
            <div key={`${by}/${at}`}>
              {verdict === "rejected" ? words.decision.rejected : words.decision.approved} {by},{" "}
              {exactly(atMicros(at))}
            </div>
          ))}
        </li>
      ))}
    </ul>
  );
}

function Shown({ kmsKey, data }: Tab & { data: Schemas["SignedStatementView"] }) {
  const receipt = data.statement as unknown as Receipt;
  const file = fileNameOf(kmsKey.name);
  const lacking = unproven(receipt);
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            description={words.detail}
            actions={
              <Button
                variant="primary"
                iconName="download"
                onClick={() => save(file, `${JSON.stringify(data, null, 2)}\n`, "application/json")}
              >
                {words.download}
              </Button>
            }
          >
            {words.title}
          </Header>
        }
      >
        <Subject of={receipt} />
      </Container>
      {lacking > 0 && <Alert type="warning">{words.unproven(lacking)}</Alert>}
      <ReceiptEntries entries={receipt.entries} />
      <Container header={<Header variant="h2">{words.approvals}</Header>}>
        <Approvals of={receipt} />
      </Container>
      <ReceiptCheck file={file} checkpoint={receipt.checkpoint} />
    </SpaceBetween>
  );
}

export function ReceiptTab({ kmsKey }: Tab) {
  const reading = useRead("/api/v1/kms-keys/{kms_key}/receipt", { path: { kms_key: kmsKey.id } });
  return <Loaded of={reading}>{(data) => <Shown kmsKey={kmsKey} data={data} />}</Loaded>;
}
