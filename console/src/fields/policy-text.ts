// Key policies as text: laid out for reading, and compared by what they say.

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Laid out over lines; as it is where it is no JSON. */
export function laidOut(policy: string): string {
  try {
    return JSON.stringify(JSON.parse(policy), null, 2);
  } catch {
    return policy;
  }
}

/** Why a text is no JSON; nothing where it is. */
export function flawOf(policy: string): string | undefined {
  try {
    JSON.parse(policy);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const POLICY_MAX = 32_768;

export function bytesOf(policy: string): number {
  return new TextEncoder().encode(policy).length;
}

/** One of several is written with or without brackets, and names of one thing in any order. */
function plain(value: Json): Json {
  if (Array.isArray(value)) {
    const [first, ...more] = value.map(plain);
    if (first !== undefined && more.length === 0 && typeof first === "string") return first;
    const all = value.map(plain);
    return all.every((one) => typeof one === "string") ? [...all].sort() : all;
  }
  if (typeof value !== "object" || value === null) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, plain(value[name] ?? null)]));
}

/** Whether two policies say the same. */
export function saysTheSame(one: string, other: string): boolean {
  try {
    const [left, right] = [one, other].map((policy) => JSON.stringify(plain(JSON.parse(policy) as Json)));
    return left === right;
  } catch {
    return one === other;
  }
}
