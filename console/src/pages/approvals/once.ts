// What an approved request answers once: it answers as its own route does, and nobody can ask for it again.
/** Fields that hold what is shown in one answer only. */
export type Field =
  | "api_key"
  | "password"
  | "signing_secret"
  | "token"
  | "wrapped"
  | "ciphertext"
  | "mac"
  | "plaintext"
  | "signature"
  | "unwrapped"
  | "wrapped_key";

/** The routes that answer them, below `/api/v1`. */
const ROUTES: readonly (readonly [RegExp, Field])[] = [
  [/^\/users$/, "password"],
  [/^\/users\/[^/]+\/reset-password$/, "password"],
  [/^\/me\/tokens$/, "token"],
  [/^\/applications\/[^/]+\/keys$/, "api_key"],
  [/^\/applications\/[^/]+\/keys\/[^/]+\/rotate$/, "api_key"],
  [/^\/(?:alert|audit)-destinations$/, "signing_secret"],
  [/^\/keys\/[^/]+\/versions\/[^/]+\/download$/, "wrapped"],
  [/^\/(?:keys|kms-keys)\/[^/]+\/encrypt$/, "ciphertext"],
  [/^\/(?:keys|kms-keys)\/[^/]+\/decrypt$/, "plaintext"],
  [/^\/keys\/[^/]+\/mac$/, "mac"],
  [/^\/keys\/[^/]+\/sign$/, "signature"],
  [/^\/keys\/[^/]+\/wrap$/, "wrapped_key"],
  [/^\/keys\/[^/]+\/unwrap$/, "unwrapped"],
];

interface Asked {
  /** As it was frozen. */
  request: object;
}

/** Its route below `/api/v1`, where it is a POST, as all are that answer something once. */
function routeOf({ request }: Asked): string | undefined {
  const { method, path } = request as { method?: string; path?: string };
  if (method?.toUpperCase() !== "POST") return undefined;
  return path?.replace(/\?.*$/, "").replace(/^\/api\/v1/, "");
}

/** What was answered once, and in which field; nothing where all of it can be read again. */
export function onceOf(asked: Asked, answer: unknown): { field: Field; value: string } | undefined {
  const route = routeOf(asked);
  const field = ROUTES.find(([form]) => route !== undefined && form.test(route))?.[1];
  if (field === undefined || typeof answer !== "object" || answer === null) return undefined;
  const value = (answer as Partial<Record<Field, unknown>>)[field];
  return typeof value === "string" && value !== "" ? { field, value } : undefined;
}

/** Whether it answers an archive, which is a file and no JSON. */
export function isArchive(asked: Asked): boolean {
  return /^\/groups\/[^/]+\/export$/.test(routeOf(asked) ?? "");
}
