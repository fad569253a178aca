// KMS keys by status, Region, account and source.
import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import type { ReactNode } from "react";

import { KmsKeyStatus } from "../../format/status";
import { Link } from "../../shell/link";
import { text } from "../../text";
import { byAccount, byRegion, byStatus, type Figure } from "./figures";
import { useConnections, useKmsKeys } from "./lists";
import { Part } from "./part";

const words = text.dashboard.kmsKeys;

function Figures({
  title,
  figures,
  nameOf,
}: {
  title: string;
  figures: Figure[];
  nameOf?: (figure: Figure) => ReactNode;
}) {
  return (
    <div>
      <Box variant="h3">{title}</Box>
      <ul className="figures">
        {figures.map((figure) => (
          <li key={figure.name}>
            <span>{nameOf?.(figure) ?? figure.name}</span>
            <Link to={figure.to} ariaLabel={text.dashboard.figure(figure.name, String(figure.count))}>
              {figure.count}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function KmsKeysPart() {
  const keys = useKmsKeys();
  const connections = useConnections();
  const accounts = new Map(
    connections.items.flatMap(({ name, account }) => (account == null ? [] : [[name, account] as const])),
  );
  const total = keys.items.length;
  return (
    <Part title={words.title} of={keys} footer={<Link to="/kms-keys">{words.all(total)}</Link>}>
      <ColumnLayout columns={3} variant="text-grid">
        <Figures
          title={words.byStatus}
          figures={byStatus(keys.items)}
          nameOf={({ name }) => <KmsKeyStatus status={name} />}
        />
        <Figures title={words.byRegion} figures={byRegion(keys.items)} />
        <Figures title={words.byAccount} figures={byAccount(keys.items, accounts)} />
      </ColumnLayout>
    </Part>
  );
}
