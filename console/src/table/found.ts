// How the rows of a list are found: by what is typed, or asked for in the address.
import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";

import { findable, places, written, type Column } from "./columns";

/** Distinct values of a column that are proposed at most. */
const PROPOSED_MAX = 200;

/** The filter that the address asks for: `?status=DISABLED&regions=eu-west-1`. */
export function asked<Row>(columns: Column<Row>[], params: URLSearchParams): PropertyFilterProps.Query {
  const tokens = columns.flatMap((column) =>
    params.getAll(column.id).map((wanted) => {
      const [, operator, value] = /^(<=|>=|!=|<|>|:|=)?(.*)$/s.exec(wanted) ?? [];
      const usual = findable(column).defaultOperator ?? "=";
      return { propertyKey: column.id, operator: operator ?? usual, value: value ?? "" };
    }),
  );
  return { tokens, operation: "and" };
}

/** What can be typed into the filter, from what is there. */
export function proposals<Row>(columns: Column<Row>[], rows: Row[]): PropertyFilterProps.FilteringOption[] {
  return columns
    .filter((column) => column.kind === undefined)
    .flatMap((column) => {
      const values = new Set<string>();
      for (const row of rows) {
        const value = column.value(row);
        for (const one of Array.isArray(value) ? (value as string[]) : [written(value)]) {
          if (one !== "") values.add(one);
        }
        if (values.size >= PROPOSED_MAX) break;
      }
      return [...values].map((value) => ({ propertyKey: column.id, value }));
    });
}

/** Rows that were read together. Their places in the order of a column are found out when they are first sorted by it. */
class Batch<Row> {
  readonly #rows: readonly Row[];
  readonly #places = new Map<Column<Row>, (row: Row) => number>();

  constructor(rows: readonly Row[]) {
    this.#rows = rows;
  }

  place(column: Column<Row>, row: Row): number {
    let known = this.#places.get(column);
    if (known === undefined) {
      known = places(column, this.#rows);
      this.#places.set(column, known);
    }
    return known(row);
  }
}

export interface Flat<Row> {
  row: Row;
  batch: Batch<Row>;
  [column: string]: unknown;
}

/** A list's rows as they are found by: each column by its id. */
export function flat<Row>(columns: Column<Row>[], rows: readonly Row[]): Flat<Row>[] {
  const batch = new Batch(rows);
  return rows.map((row) => {
    const found: Flat<Row> = { row, batch };
    for (const column of columns) {
      const value = column.value(row);
      // Times are compared as times.
      if (column.kind === "time" && typeof value === "string") found[column.id] = new Date(value);
      else found[column.id] = typeof value === "number" || Array.isArray(value) ? value : written(value);
    }
    return found;
  });
}

/** Compares rows by a column. */
export function sorter<Row>(column: Column<Row>) {
  return (left: Flat<Row>, right: Flat<Row>): number =>
    left.batch.place(column, left.row) - right.batch.place(column, right.row);
}

/** What was selected as it is now; without what is gone. */
export function current<Row>(
  selected: readonly Flat<Row>[],
  rows: readonly Row[],
  idOf: (row: Row) => string,
): Row[] {
  if (selected.length === 0) return [];
  const known = new Map(rows.map((row) => [idOf(row), row]));
  return selected.flatMap(({ row }) => known.get(idOf(row)) ?? []);
}

/** How many of the selected rows are not among those that the filter finds. */
export function unseen<Row>(
  selected: readonly Row[],
  found: readonly Flat<Row>[],
  idOf: (row: Row) => string,
): number {
  if (selected.length === 0) return 0;
  const seen = new Set(found.map(({ row }) => idOf(row)));
  return selected.filter((row) => !seen.has(idOf(row))).length;
}
