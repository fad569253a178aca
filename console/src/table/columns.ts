// Columns of lists: what they show, and what can be found and sorted by.
import type { PropertyFilterProperty } from "@cloudscape-design/collection-hooks";
import type { ReactNode } from "react";

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
  if (typeof value === "boolean") return value ? "yes" : "no";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

function compare(left: Value, right: Value): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return written(left).localeCompare(written(right), "en", { numeric: true });
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

/** How a column is found by. */
export function findable<Row>(column: Column<Row>): PropertyFilterProperty {
  const named = { key: column.id, propertyLabel: column.header, groupValuesLabel: column.header };
  if (column.kind === "time") {
    const operators = COMPARED.map((operator) => ({ operator, match: "datetime" as const }));
    return { ...named, operators, defaultOperator: "<" };
  }
  if (column.kind === "number")
    return { ...named, operators: ["=", "!=", ...COMPARED], defaultOperator: "=" };
  return { ...named, operators: [":", "!:", "=", "!=", "^"], defaultOperator: "=" };
}
