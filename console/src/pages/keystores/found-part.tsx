// KMS keys of the account that nobody manages here, to be adopted or bound.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import type { Schemas } from "../../api/client";
import { useAll } from "../../api/read";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { timeColumn } from "../../table/time-column";
import { SyncDialog } from "../../operation/sync-dialog";
import { text } from "../../text";
import { AdoptDialog } from "./adopt-dialog";
import { BindDialog } from "./bind-dialog";
import type { Keystore } from "./keystore";

const words = text.keystores.found;
const { columns: names } = words;
type Found = Schemas["FoundKeyView"];

const COLUMNS: Column<Found>[] = [
  { id: "name", header: names.name, value: (one) => one.name, width: 240 },
  { id: "region", header: names.region, value: (one) => one.region, width: 130 },
  { id: "source", header: names.source, value: (one) => one.source, width: 110 },
  { id: "state", header: names.state, value: (one) => one.key_state },
  { id: "spec", header: names.spec, value: (one) => one.spec },
  { id: "aliases", header: names.aliases, value: (one) => one.aliases },
  {
    id: "tags",
    header: names.tags,
    value: (one) => Object.entries(one.tags).map(([key, value]) => `${key}=${value}`),
  },
  { id: "arn", header: names.arn, value: (one) => one.arn, hidden: true },
  timeColumn("seen", names.seen, (one) => one.last_seen_at),
  timeColumn("first", names.first, (one) => one.first_seen_at, { hidden: true }),
];

type Open = { what: "sync" | "adopt-all" } | { what: "adopt" | "bind"; arns: string[] };

function Dialogs({ keystore, open, onClose }: { keystore: Keystore; open: Open; onClose: () => void }) {
  switch (open.what) {
    case "sync":
      return <SyncDialog keystore={keystore} onClose={onClose} />;
    case "adopt-all":
      return <AdoptDialog keystore={keystore} onClose={onClose} />;
    case "adopt":
      return <AdoptDialog keystore={keystore} arns={open.arns} onClose={onClose} />;
    case "bind":
      return <BindDialog keystore={keystore} arns={open.arns} onClose={onClose} />;
  }
}

export function FoundPart({ keystore }: { keystore: Keystore }) {
  const all = useAll("/api/v1/found-keys", { query: { connection: keystore.connection } });
  const list = { ...all, items: all.items.filter(({ region }) => keystore.regions.includes(region)) };
  const [open, setOpen] = useState<Open>();
  const sync = <Button onClick={() => setOpen({ what: "sync" })}>{text.keystores.page.sync}</Button>;
  return (
    <>
      <ListTable
        name="found-keys"
        title={words.title}
        description={words.description}
        things={words.things}
        variant="embedded"
        headingLevel="h2"
        list={list}
        columns={COLUMNS}
        idOf={({ arn }) => arn}
        nameOf={({ name }) => name}
        selection="multi"
        empty={{ title: words.empty, detail: words.emptyDetail, action: sync }}
        actions={(selected, clear) => {
          const arns = selected.map(({ arn }) => arn);
          // What was chosen goes into the dialog; afterwards it may be here no more.
          const begin = (what: "adopt" | "bind") => {
            setOpen({ what, arns });
            clear();
          };
          return (
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={() => begin("bind")}>{words.bind}</Button>
              <Button disabled={list.items.length === 0} onClick={() => setOpen({ what: "adopt-all" })}>
                {words.adoptAll}
              </Button>
              <Button variant="primary" disabled={arns.length === 0} onClick={() => begin("adopt")}>
                {words.adopt}
              </Button>
            </SpaceBetween>
          );
        }}
      />
      {open !== undefined && <Dialogs keystore={keystore} open={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}
