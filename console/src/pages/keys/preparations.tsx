// What is prepared to be taken out by another person.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { useAll } from "../../api/read";
import { OperationDialog } from "../../operation/operation-dialog";
import { Link } from "../../shell/link";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import { DownloadDialog } from "./download-dialog";
import { PrepareExportDialog } from "./prepare-export-dialog";
import { TakeExportDialog } from "./take-export-dialog";

const words = text.keys.preparations;

type Preparation = Schemas["PreparationView"];
/** Everything of one. */
const GROUP = "group";

function nameOf({ name, version }: Preparation): string {
  return version == null ? name : words.versionOf(name, version);
}

const COLUMNS: Column<Preparation>[] = [
  {
    id: "of",
    header: words.of,
    value: nameOf,
    cell: (one) => (one.key == null ? nameOf(one) : <Link to={`/keys/${one.key}`}>{nameOf(one)}</Link>),
    width: 220,
  },
  { id: "kind", header: words.kind, value: ({ kind }) => words.kinds[kind] ?? kind },
  { id: "prepared_by", header: words.by, value: (one) => one.prepared_by },
  { id: "reason", header: words.reason, value: (one) => one.reason, width: 220 },
  { id: "public_key", header: text.keys.prepare.sha256, value: (one) => one.public_key_sha256, width: 260 },
  timeColumn("created", text.keys.columns.created, (one) => one.created_at, { hidden: true }),
  timeColumn("expires", words.expires, (one) => one.expires_at),
];

interface Props {
  /** Those of one key; all unless given. */
  of?: string;
  headingLevel?: "h1" | "h2";
}

export function Preparations({ of, headingLevel = "h1" }: Props) {
  const all = useAll("/api/v1/preparations");
  const list = { ...all, items: all.items.filter(({ key }) => of === undefined || key === of) };
  const [cancelled, setCancelled] = useState<Preparation>();
  const [taken, setTaken] = useState<Preparation>();
  const [isLeaving, setLeaving] = useState(false);
  return (
    <>
      <ListTable<Preparation>
        name={of === undefined ? "preparations" : "preparations-of-key"}
        title={words.title}
        description={words.description}
        things={words.things}
        list={list}
        columns={COLUMNS}
        idOf={({ id }) => id}
        nameOf={nameOf}
        selection="single"
        headingLevel={headingLevel}
        empty={{ title: words.empty, detail: words.emptyDetail }}
        actions={([one]) => (
          <SpaceBetween direction="horizontal" size="xs">
            {of === undefined && (
              <Button onClick={() => setLeaving(true)}>{text.keys.leaving.prepare}</Button>
            )}
            <Button disabled={one === undefined} onClick={() => setCancelled(one)}>
              {words.cancel}
            </Button>
            <Button variant="primary" disabled={one === undefined} onClick={() => setTaken(one)}>
              {text.keys.download.open}
            </Button>
          </SpaceBetween>
        )}
      />
      {cancelled !== undefined && (
        <OperationDialog
          operation={{
            title: words.cancelTitle(nameOf(cancelled)),
            name: cancelled.name,
            change: change("post", "/api/v1/preparations/{preparation}/cancel", {
              path: { preparation: cancelled.id },
            }),
            touches: ["/api/v1/preparations"],
          }}
          render={() => words.cancelPreview}
          onClose={() => setCancelled(undefined)}
        />
      )}
      {taken?.key != null && taken.version != null && (
        <DownloadDialog
          id={taken.key}
          name={taken.name}
          version={taken.version}
          shown={taken.public_key_sha256}
          onClose={() => setTaken(undefined)}
        />
      )}
      {taken?.kind === GROUP && <TakeExportDialog of={taken} onClose={() => setTaken(undefined)} />}
      {isLeaving && <PrepareExportDialog onClose={() => setLeaving(false)} />}
    </>
  );
}
