// A report as the key of the audit log signed it.
import { text } from "../../text";

type Json = Record<string, unknown>;

export interface Report {
  report: string;
  asOf: string;
  issuedAt: string;
  issuedTo: string;
  columns: string[];
  rows: Json[];
  notes: [column: string, meaning: string][];
  /** How many entries the log had; undefined where the checkpoint does not tell. */
  size: string | undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wordOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Reads what was signed; undefined where it is no report. */
export function reportOf(statement: unknown): Report | undefined {
  if (!isObject(statement) || statement.kind !== "report" || !Array.isArray(statement.rows)) return undefined;
  const columns = Array.isArray(statement.columns) ? statement.columns.map(wordOf) : [];
  const notes = isObject(statement.notes) ? Object.entries(statement.notes) : [];
  return {
    report: wordOf(statement.report),
    asOf: wordOf(statement.as_of),
    issuedAt: wordOf(statement.issued_at),
    issuedTo: wordOf(statement.issued_to),
    columns,
    rows: statement.rows.filter(isObject),
    notes: notes.map(([column, meaning]) => [column, wordOf(meaning)]),
    size: /^[^\n]*\n([0-9]+)\n/.exec(wordOf(statement.checkpoint))?.[1],
  };
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** A cell as people read it. */
export function cellOf(value: unknown, moment: (time: string) => string): string {
  if (value == null) return "";
  if (typeof value === "boolean") return value ? text.table.yes : text.table.no;
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return MOMENT.test(value) ? moment(value) : value;
  if (Array.isArray(value)) return value.map((one) => cellOf(one, moment)).join("; ");
  return Object.entries(value as Json)
    .map(([name, one]) => `${name} ${cellOf(one, moment)}`)
    .join(", ");
}

/** A column's name as words. */
export function headerOf(column: string, names: Readonly<Record<string, string>>): string {
  const spaced = column.replaceAll("_", " ");
  return names[column] ?? spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
