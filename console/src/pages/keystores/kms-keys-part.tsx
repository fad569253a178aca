// The KMS keys of a keystore.
import SpaceBetween from "@cloudscape-design/components/space-between";

import { showing } from "../../kms-key/columns";
import { KmsKeysOf } from "../../kms-key/list";
import { WaysIn } from "../../kms-key/ways-in";
import { Link } from "../../shell/link";
import { text } from "../../text";
import type { Keystore } from "./keystore";

const words = text.keystores.page;
const COLUMNS = showing("name", "status", "source", "spec", "regions", "aliases", "rotation");

export function KmsKeysPart({ keystore }: { keystore: Keystore }) {
  return (
    <SpaceBetween size="s">
      <Link to={`/kms-keys?keystore=${encodeURIComponent(keystore.name)}`}>{words.allKmsKeys}</Link>
      <KmsKeysOf
        name="keystore-kms-keys"
        title={words.kmsKeys}
        variant="embedded"
        of={{ keystore: keystore.id }}
        columns={COLUMNS}
        action={<WaysIn keystore={keystore.id} />}
        empty={{ title: words.noKmsKeys, detail: words.noKmsKeysDetail }}
      />
    </SpaceBetween>
  );
}
