// The facts of a keystore.
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";

import { rotationInWords } from "../../fields/rotation";
import { exactly } from "../../format/time";
import { Link } from "../../shell/link";
import { text } from "../../text";
import type { Keystore } from "./keystore";

const words = text.keystores;

export function FactsPart({ keystore }: { keystore: Keystore }) {
  const { columns } = words;
  return (
    <Container header={<Header>{words.page.facts}</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          {
            label: columns.connection,
            value: <Link to={`/connections/${keystore.connection}`}>{keystore.connection_name}</Link>,
          },
          { label: columns.regions, value: keystore.regions.join(", ") },
          { label: columns.group, value: keystore.group_name ?? keystore.group },
          { label: columns.backend, value: words.backends[keystore.backend] ?? keystore.backend },
          { label: columns.spec, value: `${keystore.template.spec} (${keystore.template.usage})` },
          { label: columns.rotation, value: rotationInWords(keystore.template.rotation) },
          { label: columns.heal, value: words.policies.healShort[keystore.heal] },
          { label: columns.actor, value: keystore.service_actor ?? text.shell.none },
          { label: columns.created, value: exactly(keystore.created_at) },
          { label: columns.id, value: keystore.id },
        ]}
      />
    </Container>
  );
}
