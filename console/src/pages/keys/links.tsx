// Copies of a key, and the key that it is a copy of: who copied, when, into where.
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Schemas } from "../../api/client";
import { atMinute } from "../../format/time";
import { Link } from "../../shell/link";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import type { Key } from "./columns";

const words = text.keys.links;

type KeyLink = Schemas["KeyLinkView"];

function pageOf({ kind, id }: KeyLink): string {
  return kind === "key" ? `/keys/${id}` : `/kms-keys/${id}`;
}

const COLUMNS: Column<KeyLink>[] = [
  { id: "name", header: words.name, value: ({ name }) => name, width: 220 },
  { id: "kind", header: words.kind, value: ({ kind }) => words.kinds[kind] ?? kind },
  { id: "into", header: words.into, value: ({ into }) => into },
  { id: "version", header: words.version, value: ({ version }) => version, kind: "number" },
  { id: "by", header: words.by, value: ({ by }) => by },
  timeColumn("at", words.at, ({ at }) => at, { width: 190 }),
];

function Source({ link }: { link: KeyLink }) {
  return (
    <Container>
      <KeyValuePairs
        columns={3}
        items={[
          { label: words.source, value: <Link to={`/keys/${link.source}`}>{words.openSource}</Link> },
          { label: words.by, value: link.by },
          { label: words.at, value: atMinute(link.at) },
        ]}
      />
    </Container>
  );
}

export function Links({ of, refetch }: { of: Key; refetch: () => void }) {
  const list = { items: of.copies ?? [], isPending: false, isPartial: false, error: null, refetch };
  return (
    <SpaceBetween size="l">
      {of.copied_from != null && <Source link={of.copied_from} />}
      <ListTable<KeyLink>
        name="copies"
        title={words.title}
        description={<Box color="text-body-secondary">{words.description}</Box>}
        things={words.things}
        list={list}
        columns={COLUMNS}
        idOf={({ id }) => id}
        nameOf={({ name }) => name}
        pageOf={pageOf}
        headingLevel="h2"
        empty={{ title: words.empty, detail: words.emptyDetail }}
      />
    </SpaceBetween>
  );
}
