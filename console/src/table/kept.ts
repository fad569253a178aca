// What this browser remembers of a list: its columns, and views under names. Never data.
import type { CollectionPreferencesProps } from "@cloudscape-design/components/collection-preferences";
import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import { useCallback, useState } from "react";

export interface View {
  name: string;
  query: PropertyFilterProps.Query;
  sorting: { column: string; descending: boolean } | undefined;
  preferences: CollectionPreferencesProps.Preferences;
}

export interface Kept {
  preferences?: CollectionPreferencesProps.Preferences;
  views?: View[];
}

function load(place: string): Kept {
  try {
    return JSON.parse(localStorage.getItem(place) ?? "{}") as Kept;
  } catch {
    // Whoever wrote something else there gets the list as it is at first.
    return {};
  }
}

/** What is kept of the list with this name, and how to keep something else. */
export function useKept(list: string): [Kept, (next: Kept) => void] {
  const place = `keyferry.list.${list}`;
  const [kept, setKept] = useState(() => load(place));
  const keep = useCallback(
    (next: Kept) => {
      setKept(next);
      localStorage.setItem(place, JSON.stringify(next));
    },
    [place],
  );
  return [kept, keep];
}
