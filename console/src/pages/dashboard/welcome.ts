// Whether there is anything to show yet, and what comes next where there is not.

/** What is there, as far as one may see it: undefined where one may not, or not yet. */
export interface There {
  connections: number | undefined;
  keystores: number | undefined;
  kmsKeys: number | undefined;
  keys: number | undefined;
}

export const STEPS = ["connection", "keystore", "key"] as const;
export type Step = (typeof STEPS)[number];

export interface Welcome {
  done: Step[];
  next: Step;
}

/** The steps to the first key; undefined once there is one, or as long as nobody can tell. */
export function welcomeFor({ connections, keystores, kmsKeys, keys }: There): Welcome | undefined {
  if (kmsKeys !== 0 || (keys ?? 0) > 0) return undefined;
  const hasKeystore = (keystores ?? 0) > 0;
  const hasConnection = hasKeystore || (connections ?? 0) > 0;
  const done: Step[] = [];
  if (hasConnection) done.push("connection");
  if (hasKeystore) done.push("keystore");
  return { done, next: STEPS[done.length] ?? "key" };
}
