// Tags as forms hold them, in rows, and as the API takes them.
export interface Tag {
  key: string;
  value: string;
}

export function rowsOf(tags: Record<string, string>): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

/** As the API takes them; rows without a key are none. */
export function tagsOf(rows: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(
    rows.filter(({ key }) => key.trim() !== "").map(({ key, value }) => [key.trim(), value]),
  );
}

/** What differs from before: values that are new, and `null` for tags that go. */
export function tagChanges(
  before: Record<string, string>,
  rows: readonly Tag[],
): Record<string, string | null> {
  const after = new Map(rows.filter(({ key }) => key !== "").map(({ key, value }) => [key, value]));
  const gone = Object.keys(before).filter((key) => !after.has(key));
  const set = [...after].filter(([key, value]) => before[key] !== value);
  return Object.fromEntries([...set, ...gone.map((key): [string, null] => [key, null])]);
}
