// A record of whatever form, as names and values.
import { exactly } from "../../format/time";

function named(path: string): string {
  const words = path.replaceAll("_", " ").replaceAll(".", " · ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(", ");
  if (typeof value === "string" && TIME.test(value)) return exactly(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Every value that is there, by the way to it. */
export function factsOf(record: unknown, way = ""): [string, string][] {
  if (!isRecord(record)) return [];
  return Object.entries(record).flatMap(([name, value]): [string, string][] => {
    const path = way === "" ? name : `${way}.${name}`;
    if (value == null || (Array.isArray(value) && value.length === 0)) return [];
    return isRecord(value) ? factsOf(value, path) : [[named(path), shown(value)]];
  });
}
