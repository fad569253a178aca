// What a KMS key may be used for in AWS, by its spec.
import { usagesOf } from "../../fields/specs";
import type { Filling } from "./filling";

type Known = Pick<Filling, "draft" | "keys" | "keystore" | "specs">;

/** The spec of the key to be, as far as it is known before the server reads a file. */
export function specOf({ draft, keys, keystore }: Omit<Known, "specs">): string {
  if (draft.way === "existing") return keys.items.find(({ id }) => id === draft.key)?.spec ?? "";
  if (draft.way === "file") return draft.reading.spec;
  return draft.spec || (keystore?.template.spec ?? "");
}

/** What it is used for unless somebody says otherwise; undefined where that is not known yet. */
export function usualUsage(filling: Known): string | undefined {
  const spec = specOf(filling);
  if (spec === "") return undefined;
  const template = filling.keystore?.template;
  const usages = usagesOf(filling.specs, spec);
  return template !== undefined && usages.includes(template.usage) ? template.usage : usages[0];
}
