// Groups by name, as far as whoever looks may see them.
import { useAll } from "../../api/read";

export function useGroups() {
  const { items } = useAll("/api/v1/groups");
  return { groups: items, groupName: (id: string) => items.find((group) => group.id === id)?.name ?? id };
}
