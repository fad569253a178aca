// A column of times, to the minute in the browser's time zone.
import { atMinute } from "../format/time";
import type { Column } from "./columns";

type At = string | null | undefined;

interface More {
  /** What is shown where there is no time. */
  empty?: string;
  hidden?: boolean;
  width?: number;
}

export function timeColumn<Row>(
  id: string,
  header: string,
  at: (row: Row) => At,
  { empty = "", ...more }: More = {},
): Column<Row> {
  return { id, header, value: at, cell: (row) => atMinute(at(row)) || empty, kind: "time", ...more };
}
