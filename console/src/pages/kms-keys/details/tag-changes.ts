// Tags as they are edited, and what that changes.

export interface Tag {
  key: string;
  value: string;
  /** It is there already; removed, it is only marked. */
  existing: boolean;
  markedForRemoval?: boolean;
}

export function editable(tags: Record<string, string>): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value, existing: true }));
}

/** What differs: values that are new, and `null` for tags that go. */
export function changesOf(
  before: Record<string, string>,
  tags: readonly Tag[],
): Record<string, string | null> {
  const after = new Map(
    tags
      .filter(({ key, markedForRemoval }) => key !== "" && markedForRemoval !== true)
      .map(({ key, value }) => [key, value]),
  );
  const gone = Object.keys(before).filter((key) => !after.has(key));
  const set = [...after].filter(([key, value]) => before[key] !== value);
  return Object.fromEntries([...set, ...gone.map((key): [string, null] => [key, null])]);
}
