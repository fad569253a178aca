// Columns of lists: what they show, and what can be found and sorted by.
import type { PropertyFilterProperty } from "@cloudscape-design/collection-hooks";
import type { ReactNode } from "react";

import { text } from "../text";

/** What a cell is worth where rows are sorted, found and copied. */
export type Value = string | number | boolean | readonly string[] | null | undefined;

export interface Column<Row> {
  id: string;
  header: string;
  value: (row: Row) => Value;
  /** How it is shown; as the value is written unless given. */
  cell?: (row: Row) => ReactNode;
  /** What the value is, where it is no text. */
  kind?: "time" | "number";
  /** Not shown until somebody chooses it. */
  hidden?: boolean;
  /** Cannot be filtered by: its texts are no values. */
  unfiltered?: boolean;
  width?: number;
}

/** A value as text. */
export function written(value: Value): string {
  if (value == null) return "";
  if (typeof value === "boolean") return value ? text.table.yes : text.table.no;
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** Made once: each comparison of its own would make one. */
const people = new Intl.Collator("en", { numeric: true });

function compare(left: Value, right: Value): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return people.compare(written(left), written(right));
}

/** Orders rows by a column; what is empty comes last. */
export function inOrder<Row>(column: Column<Row>): (left: Row, right: Row) => number {
  return (left, right) => {
    const [one, other] = [column.value(left), column.value(right)];
    const [isEmpty, isOtherEmpty] = [written(one) === "", written(other) === ""];
    if (isEmpty || isOtherEmpty) return Number(isEmpty) - Number(isOtherEmpty);
    return compare(one, other);
  };
}

const COMPARED = ["<", "<=", ">", ">="] as const;

/**
 * The place of each row in the order of a column; rows that are equal there share it. Lists are sorted again
 * whenever anything about them changes: with places known, that compares numbers.
 */
export function places<Row>(column: Column<Row>, rows: readonly Row[]): (row: Row) => number {
  const known = new Map<Row, number>();
  const compareRows = inOrder(column);
  let place = 0;
  let before: Row | undefined;
  for (const row of rows.toSorted(compareRows)) {
    if (before !== undefined && compareRows(before, row) !== 0) place += 1;
    known.set(row, place);
    before = row;
  }
  return (row) => known.get(row) ?? place;
}

function texts(value: unknown): string[] {
  const all = Array.isArray(value) ? (value as unknown[]) : [value];
  return all.map((one) => String(one).toLowerCase());
}

type Matches = (text: string, wanted: string) => boolean;

/** A value of several texts is found by each of them. */
function some(matches: Matches) {
  return (value: unknown, token: unknown) => {
    const wanted = String(token).toLowerCase();
    return texts(value).some((one) => matches(one, wanted));
  };
}

function none(matches: Matches) {
  const found = some(matches);
  return (value: unknown, token: unknown) => !found(value, token);
}

const contains: Matches = (one, wanted) => one.includes(wanted);
const equals: Matches = (one, wanted) => one === wanted;
const TEXT = [
  { operator: ":" as const, match: some(contains) },
  { operator: "!:" as const, match: none(contains) },
  { operator: "=" as const, match: some(equals) },
  { operator: "!=" as const, match: none(equals) },
  { operator: "^" as const, match: some((one, wanted) => one.startsWith(wanted)) },
];

/** How a column is found by. */
export function findable<Row>(column: Column<Row>): PropertyFilterProperty {
  const named = { key: column.id, propertyLabel: column.header, groupValuesLabel: column.header };
  if (column.kind === "time") {
    const operators = COMPARED.map((operator) => ({ operator, match: "datetime" as const }));
    return { ...named, operators, defaultOperator: "<" };
  }
  if (column.kind === "number")
    return { ...named, operators: ["=", "!=", ...COMPARED], defaultOperator: "=" };
  return { ...named, operators: TEXT, defaultOperator: "=" };
}
