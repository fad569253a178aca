// The versions of a key, what each may still be used for, and who holds it.
import Box from "@cloudscape-design/components/box";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";

import { OperationDialog } from "../../operation/operation-dialog";
import { Link } from "../../shell/link";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import type { Key, Version } from "./columns";
import { DestroyDialog } from "./destroy-dialog";
import { DownloadPrepared } from "./download-prepared";
import { PrepareDialog } from "./prepare-dialog";
import { operationsOn, plainOperation, type VersionOperation } from "./version-operations";
import { VersionState } from "./version-state";

const words = text.keys.versions;

function Holders({ version }: { version: Version }) {
  const holders = version.held_by ?? [];
  if (holders.length === 0) return text.shell.none;
  return (
    <ul className="plain">
      {holders.map((holder) => (
        <li key={holder.kms_key}>
          <Link to={`/kms-keys/${holder.kms_key}`}>{holder.name}</Link>
          {holder.current ? "" : ` (${words.former})`}
        </li>
      ))}
    </ul>
  );
}

const COLUMNS: Column<Version>[] = [
  { id: "number", header: words.number, value: ({ number }) => number, kind: "number", width: 120 },
  {
    id: "state",
    header: words.state,
    value: ({ state }) => state,
    cell: (version) => <VersionState version={version} />,
    width: 220,
  },
  { id: "usage", header: words.usage, value: ({ usage }) => usage, width: 220 },
  { id: "origin", header: words.origin, value: ({ origin }) => origin },
  timeColumn("created", text.keys.columns.created, ({ created_at }) => created_at, { width: 190 }),
  {
    id: "held",
    header: words.held,
    value: ({ held_by }) => held_by?.map(({ name }) => name),
    cell: (version) => <Holders version={version} />,
  },
  timeColumn("destroyed", words.destroyed, ({ destroyed_at }) => destroyed_at, {
    empty: text.shell.none,
    hidden: true,
  }),
  { id: "fingerprint", header: words.fingerprint, value: ({ fingerprint }) => fingerprint, hidden: true },
];

interface DialogProps {
  what: VersionOperation;
  of: Key;
  version: Version;
  onClose: () => void;
}

function Dialog({ what, of, version, onClose }: DialogProps) {
  switch (what) {
    case "destroy":
      return <DestroyDialog of={of} version={version} onClose={onClose} />;
    case "prepare":
      return <PrepareDialog of={of} version={version} onClose={onClose} />;
    case "download":
      return <DownloadPrepared of={of} version={version.number} onClose={onClose} />;
    default:
      return (
        <OperationDialog
          operation={plainOperation(what, of, version)}
          render={(preview) => (
            <Box>
              {words.preview[what]}{" "}
              {what === "compromise" &&
                words.concerned((preview as Version).held_by?.map(({ name }) => name) ?? [])}
            </Box>
          )}
          onClose={onClose}
        />
      );
  }
}

export function Versions({ of, refetch }: { of: Key; refetch: () => void }) {
  const [dialog, setDialog] = useState<{ what: VersionOperation; version: Version }>();
  const list = {
    items: [...(of.versions ?? [])].reverse(),
    isPending: false,
    isPartial: false,
    error: null,
    refetch,
  };
  return (
    <>
      <ListTable<Version>
        name="versions"
        title={words.heading}
        description={words.description}
        things={words.things}
        list={list}
        columns={COLUMNS}
        idOf={({ number }) => String(number)}
        nameOf={({ number }) => words.nameOf(number)}
        selection="single"
        headingLevel="h2"
        empty={{ title: words.empty, detail: words.emptyDetail }}
        actions={([version]) => (
          <ButtonDropdown
            disabled={version === undefined || operationsOn(version).length === 0}
            items={
              version === undefined
                ? []
                : operationsOn(version).map((id) => ({ id, text: words.actions[id] }))
            }
            onItemClick={({ detail }) => {
              if (version !== undefined) setDialog({ what: detail.id as VersionOperation, version });
            }}
          >
            {words.actionsLabel}
          </ButtonDropdown>
        )}
      />
      {dialog !== undefined && <Dialog {...dialog} of={of} onClose={() => setDialog(undefined)} />}
    </>
  );
}
