// Every copy that was made of a key: who made it, when, and where it went.
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";

import type { Schemas } from "../../../api/client";
import { atMinute } from "../../../format/time";
import { Link } from "../../../shell/link";
import { Nothing } from "../../../table/nothing";
import { text } from "../../../text";

const words = text.kmsKey.links;
type Copy = Schemas["KeyLinkView"];

function pageOf({ kind, id }: Copy): string {
  return kind === "kms-key" ? `/kms-keys/${id}` : `/keys/${id}`;
}

export function CopiesTable({ copies }: { copies: Copy[] }) {
  return (
    <Table
      items={copies}
      wrapLines
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: words.copies }}
      header={
        <Header variant="h2" counter={`(${copies.length})`} description={words.copiesDetail}>
          {words.copies}
        </Header>
      }
      empty={<Nothing title={words.copiesNone} detail={words.copiesNoneDetail} />}
      columnDefinitions={[
        {
          id: "name",
          header: words.name,
          cell: (copy) => <Link to={pageOf(copy)}>{copy.name}</Link>,
          isRowHeader: true,
        },
        {
          id: "kind",
          header: words.kind,
          cell: ({ kind }) => (kind === "kms-key" ? words.kinds["kms-key"] : words.kinds.key),
        },
        { id: "into", header: words.into, cell: ({ into }) => into },
        { id: "version", header: words.version, cell: ({ version }) => version },
        { id: "by", header: words.by, cell: ({ by }) => by },
        { id: "at", header: words.at, cell: ({ at }) => atMinute(at) },
      ]}
    />
  );
}
