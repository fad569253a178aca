// The head of a KMS key's page: what it is called, how it is, where it belongs, and what can be done with it.
import Badge from "@cloudscape-design/components/badge";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { KmsKeyStatus } from "../../../format/status";
import { useDialog } from "../../../shell/use-dialog";
import { Link } from "../../../shell/link";
import { text } from "../../../text";
import { KmsKeyActions } from "../actions";
import { ConnectionLink } from "./connection-link";
import type { Tab } from "./kms-key";
import { OtherKmsKey } from "./other-kms-key";

const words = text.kmsKey.header;

function regionsOf({ kmsKey }: Tab): string {
  const [first, ...more] = kmsKey.regions;
  if (first === undefined) return text.shell.none;
  return more.length === 0 ? first : [`${first} (${words.primary})`, ...more].join(", ");
}

export function Head({ kmsKey }: Tab) {
  const { predecessor, successor } = kmsKey;
  const [dialog, open] = useDialog();
  return (
    <>
      <SpaceBetween size="m">
        <Header
          variant="h1"
          actions={<KmsKeyActions kmsKey={kmsKey} open={open} />}
          info={kmsKey.multi_region && <Badge color="blue">{words.multiRegion}</Badge>}
          description={kmsKey.description || undefined}
        >
          {kmsKey.name}
        </Header>
        <KeyValuePairs
          columns={4}
          minColumnWidth={170}
          items={[
            { label: words.status, value: <KmsKeyStatus status={kmsKey.status} /> },
            {
              label: words.keystore,
              value: <Link to={`/keystores/${kmsKey.keystore}`}>{kmsKey.keystore_name}</Link>,
            },
            {
              label: words.connection,
              value: (
                <>
                  <Link to={`/connections/${kmsKey.connection}`}>{kmsKey.connection_name}</Link>
                  <div>
                    <ConnectionLink connection={kmsKey.connection} />
                  </div>
                </>
              ),
            },
            { label: words.regions, value: regionsOf({ kmsKey }) },
            ...(predecessor == null
              ? []
              : [{ label: words.replaces, value: <OtherKmsKey id={predecessor} /> }]),
            ...(successor == null
              ? []
              : [{ label: words.replacedBy, value: <OtherKmsKey id={successor} /> }]),
          ]}
        />
      </SpaceBetween>
      {dialog}
    </>
  );
}
