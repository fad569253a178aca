// What a KMS key is: its facts, who may use it, and where it is.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";

import { useRead } from "../../../api/read";
import { rotationInWords } from "../../../fields/rotation";
import { atMinute, exactly } from "../../../format/time";
import { Link } from "../../../shell/link";
import { text } from "../../../text";
import { AccessFacts } from "./access-facts";
import { Copied } from "./copied";
import { keyIdOf, type KmsKey, type Tab } from "./kms-key";
import { PlacesTable } from "./places-table";

const words = text.kmsKey.overview;

/** Who had it made, as the audit log tells whoever may read it. */
function useMaker(kmsKey: KmsKey): string | undefined {
  const { data } = useRead("/api/v1/audit/entries", {
    query: { object: kmsKey.id, action: "create-kms-key", limit: 1 },
  });
  return data?.items[0]?.actor;
}

function Created({ kmsKey }: Tab) {
  const maker = useMaker(kmsKey);
  const who = maker === undefined ? "" : ` ${words.by(maker)}`;
  return `${exactly(kmsKey.created_at)}${who}`;
}

function Group({ keystore }: { keystore: string }) {
  const { data } = useRead("/api/v1/keystores/{keystore}", { path: { keystore } });
  return data?.group_name || text.shell.none;
}

function Source({ kmsKey: { source } }: Tab) {
  if (source.key == null) return source.text;
  return <Link to={`/keys/${source.key}`}>{source.text}</Link>;
}

function Details({ kmsKey }: Tab) {
  const { arn, native_rotation_days: days, rotation } = kmsKey;
  return (
    <Container header={<Header variant="h2">{words.details}</Header>}>
      <KeyValuePairs
        columns={4}
        minColumnWidth={170}
        items={[
          { label: words.name, value: kmsKey.name },
          { label: words.description, value: kmsKey.description || words.notSet },
          {
            label: words.keyId,
            value: arn == null ? text.shell.none : <Copied value={keyIdOf(arn)} label={words.keyId} />,
          },
          { label: words.group, value: <Group keystore={kmsKey.keystore} /> },
          { label: words.life, value: kmsKey.life },
          { label: words.keyState, value: kmsKey.key_state ?? text.shell.none },
          { label: words.enabled, value: kmsKey.enabled ? words.enabledYes : words.enabledNo },
          { label: words.multiRegion, value: kmsKey.multi_region ? text.shell.yes : text.shell.no },
          { label: words.spec, value: `${kmsKey.spec} (${kmsKey.aws_spec})` },
          { label: words.usage, value: kmsKey.usage },
          { label: words.origin, value: kmsKey.origin },
          { label: words.source, value: <Source kmsKey={kmsKey} /> },
          { label: words.currentVersion, value: kmsKey.current_version ?? text.shell.none },
          { label: words.created, value: <Created kmsKey={kmsKey} /> },
          {
            label: words.expires,
            value: kmsKey.expires_at == null ? text.shell.never : exactly(kmsKey.expires_at),
          },
          ...(kmsKey.valid_days == null
            ? []
            : [{ label: words.validDays, value: words.validFor(kmsKey.valid_days) }]),
          {
            label: words.schedule,
            value: days == null ? rotationInWords(rotation) : words.native(days),
          },
          { label: words.nextRotation, value: atMinute(rotation?.next) || text.shell.never },
        ]}
      />
    </Container>
  );
}

function Access({ kmsKey: { id, access } }: Tab) {
  const navigate = useNavigate();
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={words.accessDetail}
          actions={<Button onClick={() => void navigate(`/kms-keys/${id}/policy`)}>{words.toPolicy}</Button>}
        >
          {words.access}
        </Header>
      }
    >
      <AccessFacts access={access} />
    </Container>
  );
}

export function OverviewTab({ kmsKey }: Tab) {
  return (
    <SpaceBetween size="l">
      <Details kmsKey={kmsKey} />
      <Access kmsKey={kmsKey} />
      <PlacesTable kmsKey={kmsKey} />
    </SpaceBetween>
  );
}
