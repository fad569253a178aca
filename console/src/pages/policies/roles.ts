// What roles allow, and in which words.
import type { Schemas } from "../../api/client";
import { text } from "../../text";

export type Role = Schemas["RoleView"];

/** What comes by built-in roles alone. */
const BUILT_IN_ALONE = new Set(["role.manage", "group.update", "approval-rule.manage"]);
/** The role that uses keys, which no role of one's own may. */
const KEY_USER = "key-user";

function actionsOf(roles: readonly Role[]): string[] {
  return [...new Set(roles.flatMap(({ actions }) => actions))].sort();
}

/** The actions that a role of one's own may have. */
export function givable(roles: readonly Role[]): string[] {
  const model = roles.filter(
    ({ built_in, scope, name }) => built_in && scope === "group" && name !== KEY_USER,
  );
  return actionsOf(model).filter((action) => !BUILT_IN_ALONE.has(action));
}

/** The actions that are asked about in groups. */
export function askable(roles: readonly Role[]): string[] {
  return actionsOf(roles.filter(({ scope }) => scope === "group"));
}

/** Actions by what they act on: `kms-key` with `read`, `rotate`. */
export function byNoun(actions: readonly string[]): [noun: string, verbs: string[]][] {
  const nouns = new Map<string, string[]>();
  for (const action of [...actions].sort()) {
    const [noun = action, verb = ""] = action.split(".");
    nouns.set(noun, [...(nouns.get(noun) ?? []), verb]);
  }
  return [...nouns];
}

export function describe(role: Role): string {
  if (role.built_in !== true) return role.description ?? "";
  return text.policies.builtIn[role.name as keyof typeof text.policies.builtIn];
}
