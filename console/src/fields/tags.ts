// Tags as forms hold them, in rows, and as the API takes them.
export interface Tag {
  key: string;
  value: string;
}

export function rowsOf(tags: Record<string, string>): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

/** As the API takes them; rows without a key are none. A key that is there already stays as it is written. */
export function tagsOf(rows: readonly Tag[], before: Record<string, string> = {}): Record<string, string> {
  const named = rows.map(({ key, value }) => [Object.hasOwn(before, key) ? key : key.trim(), value] as const);
  return Object.fromEntries(named.filter(([key]) => key !== ""));
}

/** Whether a row further down says the same key, so that this one does not count. */
export function isSaidAgain(rows: readonly Tag[], index: number): boolean {
  const key = rows[index]?.key.trim() ?? "";
  return key !== "" && rows.slice(index + 1).some((other) => other.key.trim() === key);
}

export type TagFault = "reserved" | "key" | "value" | "character" | "again";

const [KEY_MAX, VALUE_MAX] = [128, 256];
const FOREIGN = /[^\p{L}\p{N} _.:/=+\-@]/u;

/** As AWS counts: characters, not the halves that some are made of. */
function lengthOf(said: string): number {
  return Array.from(said).length;
}

/** What AWS would not take of a key, as it is typed. */
export function keyFault(rows: readonly Tag[], index: number): TagFault | undefined {
  const key = rows[index]?.key.trim() ?? "";
  if (/^(aws|keyferry):/i.test(key)) return "reserved";
  if (lengthOf(key) > KEY_MAX) return "key";
  if (FOREIGN.test(key)) return "character";
  return isSaidAgain(rows, index) ? "again" : undefined;
}

/** What AWS would not take of a value. */
export function valueFault({ value }: Tag): TagFault | undefined {
  if (lengthOf(value) > VALUE_MAX) return "value";
  return FOREIGN.test(value) ? "character" : undefined;
}

/** What differs from before: values that are new, and `null` for tags that go. */
export function tagChanges(
  before: Record<string, string>,
  rows: readonly Tag[],
): Record<string, string | null> {
  const after = tagsOf(rows, before);
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  const set = Object.entries(after).filter(([key, value]) => before[key] !== value);
  return Object.fromEntries([...set, ...gone.map((key): [string, null] => [key, null])]);
}
