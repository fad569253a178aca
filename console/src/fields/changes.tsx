// What an update would change, line by line.
import Box from "@cloudscape-design/components/box";
import Table from "@cloudscape-design/components/table";

import { text } from "../text";

const words = text.fields.changes;

/** A property in words: its name, and its value. */
export type Line = readonly [name: string, value: string];

interface Changed {
  name: string;
  before: string;
  after: string;
}

/** The lines that differ, in their order. */
export function differing(before: readonly Line[], after: readonly Line[]): Changed[] {
  const former = new Map(before);
  const later = new Map(after);
  return [...new Set([...former.keys(), ...later.keys()])]
    .map((name) => ({ name, before: former.get(name) ?? "", after: later.get(name) ?? "" }))
    .filter((line) => line.before !== line.after);
}

export function Changes({ before, after }: { before: readonly Line[]; after: readonly Line[] }) {
  const lines = differing(before, after);
  if (lines.length === 0) return <Box>{words.none}</Box>;
  return (
    <Table
      variant="embedded"
      contentDensity="compact"
      wrapLines
      items={lines}
      ariaLabels={{ tableLabel: words.what }}
      columnDefinitions={[
        { id: "name", header: words.what, cell: ({ name }) => name, isRowHeader: true },
        { id: "before", header: words.before, cell: (line) => line.before || words.empty },
        { id: "after", header: words.after, cell: (line) => line.after || words.empty },
      ]}
    />
  );
}
