// The fleet at a glance.
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { useRead } from "../../api/read";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import { Attention } from "./attention";
import { JobsPart } from "./jobs-part";
import { KmsKeysPart } from "./kms-keys-part";
import { LinksPart } from "./links-part";
import { useConnections, useKmsKeys } from "./lists";
import { ExpiryPart, RotationPart } from "./months-part";
import { SourcePart } from "./source-part";
import { welcomeFor, type Welcome } from "./welcome";
import { WelcomePart } from "./welcome-part";

const words = text.dashboard;

/** How many there are, as far as that was told. */
function told({ items, error, isPending }: { items: unknown[]; error: unknown; isPending: boolean }) {
  return error !== null || isPending ? undefined : items.length;
}

function useWelcome(): Welcome | undefined {
  const kmsKeys = told(useKmsKeys());
  const connections = told(useConnections());
  // Asked only where there may be nothing.
  const enabled = kmsKeys === 0;
  const keystores = useRead("/api/v1/keystores", {}, { enabled });
  const keys = useRead("/api/v1/keys", { query: { limit: 1 } }, { enabled });
  if (keystores.isLoading || keys.isLoading) return undefined;
  return welcomeFor({
    kmsKeys,
    connections,
    keystores: keystores.data?.items.length,
    keys: keys.data?.items.length,
  });
}

const HALVES = [6, 6, 6, 6].map((wide) => ({ colspan: { default: 12, xs: wide } }));
const ROW = [{ colspan: { default: 12, xs: 8 } }, { colspan: { default: 12, xs: 4 } }];

function Parts({ now }: { now: number }) {
  return (
    <SpaceBetween size="l">
      <Grid gridDefinition={ROW}>
        <KmsKeysPart />
        <SourcePart />
      </Grid>
      <Grid gridDefinition={HALVES}>
        <JobsPart />
        <LinksPart />
        <ExpiryPart now={now} />
        <RotationPart now={now} />
      </Grid>
    </SpaceBetween>
  );
}

export default function DashboardPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["kmsKey", "keystore", "drift", "job", "approval"]}>
      {words.help}
    </Help>,
  );
  // What is soon is reckoned from when somebody came here, so that figures and addresses agree.
  const [now] = useState(() => Date.now());
  const welcome = useWelcome();
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description={words.description}>
        {words.title}
      </Header>
      {welcome !== undefined && <WelcomePart welcome={welcome} />}
      <Attention now={now} />
      {welcome === undefined && <Parts now={now} />}
    </SpaceBetween>
  );
}
