// The entries of the audit log that a receipt proves, oldest first.
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";

import { exactly } from "../../../format/time";
import { text } from "../../../text";
import { atMicros, placeOf, type ReceiptEntry } from "./receipt";

const words = text.kmsKey.receipt;

export function ReceiptEntries({ entries }: { entries: ReceiptEntry[] }) {
  return (
    <Table
      items={entries}
      wrapLines
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: words.proves }}
      header={
        <Header variant="h2" counter={`(${entries.length})`}>
          {words.proves}
        </Header>
      }
      empty={<Box textAlign="center">{words.nothing}</Box>}
      columnDefinitions={[
        { id: "what", header: words.what, cell: ({ what }) => words.whats[what] ?? what, isRowHeader: true },
        { id: "when", header: words.when, cell: ({ entry }) => exactly(atMicros(entry.time_micros)) },
        { id: "who", header: words.who, cell: ({ entry }) => entry.actor },
        { id: "where", header: words.where, cell: (one) => placeOf(one) || text.shell.none },
        { id: "index", header: words.entry, cell: ({ index }) => index },
      ]}
    />
  );
}
