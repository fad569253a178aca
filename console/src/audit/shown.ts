// Whether an entry is shown as it was logged: its fields against the bytes that the log holds.
import type { Schemas } from "../api/client";

export type Entry = Schemas["AuditEntryView"];

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function membersOf(leaf: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(leaf);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function sameTexts(logged: unknown, shown: Record<string, unknown>): boolean {
  if (!isObject(logged)) return false;
  const names = new Set([...Object.keys(logged), ...Object.keys(shown)]);
  return [...names].every((name) => logged[name] === shown[name]);
}

const MICROS_OF_MILLI = 1000;

/** The fields of an entry that are not what was logged. */
export function notAsLogged(entry: Entry): string[] {
  const logged = membersOf(entry.leaf);
  if (logged === undefined) return ["leaf"];
  const millis = typeof logged.time_micros === "number" ? logged.time_micros / MICROS_OF_MILLI : undefined;
  const result = logged.phase === "intent" ? "intent" : logged.result;
  const { kind, id, name } = entry.object;
  const fields: [string, boolean][] = [
    ["at", millis !== undefined && Math.floor(millis) === Date.parse(entry.at)],
    ["actor", logged.actor === entry.actor],
    ["action", logged.action === entry.action],
    ["result", result === entry.result],
    ["object", sameTexts(logged.object, { kind, id, name })],
    ["job", logged.job_id === (entry.job ?? undefined)],
    ["request_id", logged.request_id === (entry.request_id ?? undefined)],
    ["aws_operation", logged.aws_operation === (entry.aws_operation ?? undefined)],
    ["aws_request_id", logged.aws_request_id === (entry.aws_request_id ?? undefined)],
    ["detail", sameTexts(logged.detail, entry.detail)],
  ];
  return fields.filter(([, isSame]) => !isSame).map(([field]) => field);
}
