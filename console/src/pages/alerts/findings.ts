// The particulars of an alert, which are free in their form, as rows.

export interface Finding {
  region: string | undefined;
  detail: string;
  /** Who did it, as far as that is known. */
  by: string | undefined;
  /** Whether CloudTrail knows. */
  state: string | undefined;
  event: string | undefined;
  at: string | undefined;
  /** From which address. */
  from: string | undefined;
}

const EMPTY: Finding = {
  region: undefined,
  detail: "",
  by: undefined,
  state: undefined,
  event: undefined,
  at: undefined,
  from: undefined,
};

type Free = Record<string, unknown>;

function isObject(value: unknown): value is Free {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as somebody reads it. */
export function plain(value: unknown): string {
  if (value == null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function some(value: unknown): string | undefined {
  return plain(value) === "" ? undefined : plain(value);
}

function findingOf(value: unknown): Finding {
  if (!isObject(value)) return { ...EMPTY, detail: plain(value) };
  const by = isObject(value.by) ? value.by : {};
  return {
    region: some(value.region),
    detail: plain(value.detail),
    by: some(by.principal),
    state: some(by.state),
    event: some(by.event),
    at: some(by.at),
    from: some(by.source_ip),
  };
}

export function findingsOf(details: Free): Finding[] {
  return Array.isArray(details.findings) ? details.findings.map(findingOf) : [];
}

/** All who are named. */
export function namedBy(findings: Finding[]): string[] {
  return [...new Set(findings.flatMap(({ by }) => by ?? []))];
}

/** What is told beside findings: names and values. */
export function othersOf(details: Free): [string, string][] {
  return Object.entries(details)
    .filter(([name, value]) => name !== "findings" && value != null)
    .map(([name, value]) => [name.replaceAll("_", " "), plain(value)]);
}
