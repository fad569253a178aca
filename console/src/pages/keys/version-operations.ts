// What can be done with one version of a key.
import { change } from "../../api/change";
import type { Operation } from "../../operation/operation";
import { text } from "../../text";
import type { Key, Version } from "./columns";

const words = text.keys.versions;

export type VersionOperation =
  "deactivate" | "compromise" | "destroy" | "cancel-destruction" | "prepare" | "download";

/** What makes sense in the state that a version is in. */
export function operationsOn({ state, destruction_due }: Version): VersionOperation[] {
  if (state === "destroyed") return [];
  const isDue = destruction_due != null;
  return [
    ...(state === "active" ? (["deactivate"] as const) : []),
    ...(state === "compromised" ? [] : (["compromise"] as const)),
    ...(isDue ? (["cancel-destruction"] as const) : []),
    ...(state === "active" || isDue ? [] : (["destroy"] as const)),
    "prepare",
    "download",
  ];
}

/** Operations that ask for nothing but consent. */
export function plainOperation(
  what: "deactivate" | "compromise" | "cancel-destruction",
  key: Key,
  { number }: Version,
): Operation {
  const path = { key: key.id, version: String(number) };
  const template = {
    deactivate: "/api/v1/keys/{key}/versions/{version}/deactivate",
    compromise: "/api/v1/keys/{key}/versions/{version}/compromise",
    "cancel-destruction": "/api/v1/keys/{key}/versions/{version}/cancel-destruction",
  } as const;
  return {
    title: words.title[what](key.name, number),
    name: key.name,
    change: change("post", template[what], { path }),
  };
}

/** Late on purpose, and only with the key's name typed. */
export function destroy(key: Key, { number }: Version, days: number): Operation {
  return {
    title: words.title.destroy(key.name, number),
    name: key.name,
    loses: true,
    change: change("post", "/api/v1/keys/{key}/versions/{version}/destroy", {
      path: { key: key.id, version: String(number) },
      body: { after_days: days },
    }),
  };
}
