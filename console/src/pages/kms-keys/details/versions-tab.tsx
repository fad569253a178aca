// The versions of a KMS key, newest first: the material of each, what it may still be used for, and rotations.
import Alert from "@cloudscape-design/components/alert";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";

import { useRead } from "../../../api/read";
import { atMinute } from "../../../format/time";
import { Nothing } from "../../../table/nothing";
import { text } from "../../../text";
import { Copied } from "./copied";
import { generations, type Generation } from "./history";
import type { Tab } from "./kms-key";
import { Rotations } from "./rotations";
import { Timeline } from "./timeline-part";

const words = text.kmsKey.versions;

function MaterialState({ of }: { of: Generation }) {
  const { missing, listed, state } = of;
  if (missing.length > 0) {
    const isAll = listed.every((region) => missing.includes(region));
    return (
      <StatusIndicator type="warning">
        {isAll ? words.material_.missing : words.material_.partial(missing.join(", "))}
      </StatusIndicator>
    );
  }
  if (state === "CURRENT") return <StatusIndicator type="success">{words.material_.CURRENT}</StatusIndicator>;
  if (state === "NON_CURRENT")
    return <StatusIndicator type="info">{words.material_.NON_CURRENT}</StatusIndicator>;
  if (state === "PENDING_ROTATION")
    return <StatusIndicator type="pending">{words.material_.PENDING_ROTATION}</StatusIndicator>;
  return <StatusIndicator type="success">{words.material_.present}</StatusIndicator>;
}

function Ids({ of: { ids, number } }: { of: Generation }) {
  if (ids.length === 0) return words.notTold;
  const name = number === undefined ? words.foreign : String(number);
  return (
    <SpaceBetween size="xxs">
      {ids.map((id) => (
        <Copied key={id} value={id} shown={`${id.slice(0, 12)}…`} label={words.copyId(name)} />
      ))}
    </SpaceBetween>
  );
}

function stateOf({ version }: Generation): string {
  if (version === undefined) return text.shell.none;
  return words.stateSince(version.state, atMinute(version.state_since));
}

function usageOf({ version }: Generation): string {
  if (version === undefined) return text.shell.none;
  return version.usage.length === 0 ? words.nothing : version.usage.join(", ");
}

function Versions({ rows }: { rows: Generation[] }) {
  return (
    <Table
      items={rows}
      wrapLines
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: words.title }}
      header={
        <Header variant="h2" counter={`(${rows.length})`} description={words.detail}>
          {words.title}
        </Header>
      }
      empty={<Nothing title={words.none} detail={words.noneDetail} />}
      columnDefinitions={[
        {
          id: "version",
          header: words.version,
          cell: ({ number }) => number ?? words.foreign,
          isRowHeader: true,
        },
        { id: "material", header: words.material, cell: (row) => <MaterialState of={row} />, minWidth: 250 },
        { id: "id", header: words.materialId, cell: (row) => <Ids of={row} />, minWidth: 200 },
        { id: "state", header: words.state, cell: stateOf, minWidth: 150 },
        { id: "usage", header: words.usage, cell: usageOf, minWidth: 150 },
        {
          id: "made",
          header: words.made,
          cell: ({ version }) =>
            version === undefined ? text.shell.none : `${atMinute(version.created_at)} (${version.origin})`,
        },
        { id: "expires", header: words.expires, cell: (row) => atMinute(row.expires) || text.shell.never },
      ]}
    />
  );
}

export function VersionsTab({ kmsKey }: Tab) {
  const { source } = kmsKey;
  const { data, error } = useRead(
    "/api/v1/keys/{key}",
    { path: { key: source.key ?? "" } },
    { enabled: source.key != null },
  );
  return (
    <SpaceBetween size="l">
      {error !== null && <Alert type="info">{words.unreadable}</Alert>}
      <Versions rows={generations(kmsKey, data?.versions ?? [])} />
      <Rotations kmsKey={kmsKey} />
      <Timeline kmsKey={kmsKey} versions={data?.versions ?? []} />
    </SpaceBetween>
  );
}
