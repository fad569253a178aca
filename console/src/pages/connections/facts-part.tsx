// The facts of a connection.
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";

import { useAll } from "../../api/read";
import { LinkHealth } from "../../format/link-health";
import { exactly } from "../../format/time";
import { text } from "../../text";
import { identityInWords } from "./columns";
import type { Connection } from "./settings";

const words = text.connections;

/** Whom it trusts, in words. */
function trustInWords({ tls }: Connection): string {
  const parts = [
    tls.ca_bundle == null ? words.page.tlsUsual : words.page.tlsOwn,
    ...(tls.client_certificate == null ? [] : [words.page.tlsClient]),
    ...(tls.check_host_name ? [] : [words.page.tlsNoHost]),
  ];
  return parts.join(", ");
}

export function FactsPart({ connection }: { connection: Connection }) {
  const groups = useAll("/api/v1/groups");
  const group = groups.items.find(({ id }) => id === connection.group)?.name ?? connection.group;
  const { columns, page } = words;
  const { identity } = connection;
  const isRole = identity.role_arn != null;
  return (
    <Container header={<Header>{page.facts}</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: columns.health, value: <LinkHealth health={connection.health} detail="below" /> },
          { label: columns.account, value: connection.account ?? text.shell.none },
          { label: columns.cloud, value: words.cloud[connection.cloud] ?? connection.cloud },
          { label: columns.tier, value: words.tier.names[connection.tier] },
          { label: columns.identity, value: identityInWords(connection) },
          ...(isRole ? [{ label: page.externalId, value: identity.external_id ?? text.shell.none }] : []),
          { label: columns.regions, value: connection.regions.join(", ") },
          { label: columns.url, value: connection.url },
          { label: page.tls, value: trustInWords(connection) },
          { label: page.proxy, value: connection.proxy?.url ?? page.noProxy },
          { label: page.group, value: group },
          { label: page.service, value: connection.service_actor ?? text.shell.none },
          { label: columns.createdBy, value: connection.created_by },
          { label: columns.created, value: exactly(connection.created_at) },
          { label: columns.updated, value: exactly(connection.updated_at) },
          { label: page.id, value: connection.id },
        ]}
      />
    </Container>
  );
}
