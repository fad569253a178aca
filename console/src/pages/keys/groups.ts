// Groups by name, as far as whoever looks may see them.
import { useAll } from "../../api/read";

export function useGroups() {
  const { items } = useAll("/api/v1/groups");
  return { groups: items, groupName: (id: string) => items.find((group) => group.id === id)?.name ?? id };
}

/** The group that was chosen; as long as nobody has, the default one, or the first of those that are seen. */
export function useOwner(chosen: string): string {
  const { groups } = useGroups();
  const usual = groups.find((group) => group.is_default) ?? groups[0];
  return chosen === "" ? (usual?.id ?? "") : chosen;
}
