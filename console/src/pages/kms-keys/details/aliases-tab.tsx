// The aliases of a KMS key: those that are wanted, and those that AWS shows.
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";

import type { Operation } from "../../../operation/operation";
import { OperationDialog } from "../../../operation/operation-dialog";
import { Nothing } from "../../../table/nothing";
import { text } from "../../../text";
import { AddAlias } from "./add-alias";
import { update, type KmsKey, type Tab } from "./kms-key";

const words = text.kmsKey.aliases;

interface Row {
  alias: string;
  wanted: boolean;
  regions: string[];
}

function rowsOf(kmsKey: KmsKey): Row[] {
  const seen = kmsKey.places.flatMap(({ aliases }) => aliases ?? []);
  return [...new Set([...kmsKey.aliases, ...seen])].map((alias) => ({
    alias,
    wanted: kmsKey.aliases.includes(alias),
    regions: kmsKey.places
      .filter(({ aliases }) => aliases?.includes(alias) === true)
      .map(({ region }) => region),
  }));
}

export function AliasesTab({ kmsKey }: Tab) {
  const [selected, setSelected] = useState<Row[]>([]);
  const [adding, setAdding] = useState(false);
  const [removal, setRemoval] = useState<Operation>();
  const rows = rowsOf(kmsKey);
  const chosen = selected.filter(({ alias }) => rows.some((row) => row.alias === alias));
  const names = chosen.map(({ alias }) => alias);
  const remove = () =>
    setRemoval(update(kmsKey, words.removeTitle(names.join(", ")), { remove_aliases: names }));
  return (
    <>
      <Table
        items={rows}
        trackBy="alias"
        selectionType="multi"
        selectedItems={chosen}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems)}
        enableKeyboardNavigation
        ariaLabels={{
          tableLabel: words.title,
          selectionGroupLabel: words.title,
          allItemsSelectionLabel: () => words.selectAll,
          itemSelectionLabel: (_, { alias }) => words.select(alias),
        }}
        header={
          <Header
            variant="h2"
            counter={`(${rows.length})`}
            description={words.detail}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={chosen.length === 0} onClick={remove}>
                  {words.remove}
                </Button>
                <Button onClick={() => setAdding(true)}>{words.add}</Button>
              </SpaceBetween>
            }
          >
            {words.title}
          </Header>
        }
        empty={<Nothing title={words.none} detail={words.noneDetail} />}
        columnDefinitions={[
          { id: "alias", header: words.alias, cell: ({ alias }) => alias, isRowHeader: true },
          {
            id: "where",
            header: words.where,
            cell: ({ regions }) => (regions.length === 0 ? words.nowhere : regions.join(", ")),
          },
          {
            id: "wanted",
            header: words.wanted,
            cell: ({ wanted }) => (wanted ? text.shell.yes : words.foreign),
          },
        ]}
      />
      {adding && <AddAlias kmsKey={kmsKey} onClose={() => setAdding(false)} />}
      {removal !== undefined && <OperationDialog operation={removal} onClose={() => setRemoval(undefined)} />}
    </>
  );
}
