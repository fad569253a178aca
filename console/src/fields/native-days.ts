// How often AWS rotates material of its own: what it takes (RotationPeriodInDays of EnableKeyRotation).

const [MIN, MAX] = [90, 2560];

/** Nothing said is no rotation. */
export function isPeriod(typed: string): boolean {
  return typed === "" || (/^\d+$/.test(typed) && Number(typed) >= MIN && Number(typed) <= MAX);
}
