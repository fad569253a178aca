// What happened to a KMS key and its versions, and what is going to happen, the latest first.
import type { Schemas } from "../../../api/client";
import { generations } from "./history";
import type { KmsKey } from "./kms-key";

type KeyVersion = Schemas["KeyVersionView"];

export type Happening =
  | { kind: "created" | "rotation" | "deletion" }
  | { kind: "made"; number: number; origin: string }
  | { kind: "state"; number: number; state: string }
  | { kind: "destroyed" | "destruction"; number: number }
  | { kind: "expiry"; number: number | undefined };

/** What shall happen at a time may happen later, or not: only that it was due is known then. */
export type Standing = "ahead" | "due" | "past";

export type Moment = Happening & { at: string; standing: Standing };

const PLANNED = new Set<Happening["kind"]>(["rotation", "deletion", "destruction"]);
const DELETED = "DELETED";

function ofVersion(version: KeyVersion): (Happening & { at: string })[] {
  const { number, origin, state, created_at, state_since, destroyed_at, destruction_due } = version;
  const found: (Happening & { at: string })[] = [{ kind: "made", number, origin, at: created_at }];
  // Destruction is a state as well, and told by itself.
  if (state_since !== created_at && destroyed_at == null)
    found.push({ kind: "state", number, state, at: state_since });
  if (destroyed_at != null) found.push({ kind: "destroyed", number, at: destroyed_at });
  else if (destruction_due != null) found.push({ kind: "destruction", number, at: destruction_due });
  return found;
}

/** Of the versions, those that the KMS key holds or AWS shows. `now` in milliseconds since 1970. */
export function timeline(kmsKey: KmsKey, versions: readonly KeyVersion[], now: number): Moment[] {
  const rows = generations(kmsKey, versions);
  const { created_at, deletion_date, rotation, life } = kmsKey;
  const next = life === "ACTIVE" ? rotation?.next : undefined;
  const found: (Happening & { at: string })[] = [
    { kind: "created", at: created_at },
    ...(deletion_date == null ? [] : [{ kind: "deletion" as const, at: deletion_date }]),
    ...(next == null ? [] : [{ kind: "rotation" as const, at: next }]),
    ...rows.flatMap(({ version }) => (version === undefined ? [] : ofVersion(version))),
    ...rows.flatMap(({ number, expires }) =>
      expires === undefined ? [] : [{ kind: "expiry" as const, number, at: expires }],
    ),
  ];
  const timeOf = ({ at }: { at: string }) => new Date(at).getTime();
  const standingOf = (event: Happening & { at: string }): Standing => {
    if (timeOf(event) > now) return "ahead";
    // That AWS deleted it is proved by its life alone.
    const isProved = !PLANNED.has(event.kind) || (event.kind === "deletion" && life === DELETED);
    return isProved ? "past" : "due";
  };
  return found
    .map((event) => ({ ...event, standing: standingOf(event) }))
    .sort((one, other) => timeOf(other) - timeOf(one));
}
