// Waiting periods of deletions, as AWS allows them.
export const [DAYS_MIN, DAYS_MAX] = [7, 30];

/** The waiting period; undefined where AWS has no such one. */
export function daysOf(typed: string): number | undefined {
  const days = Number(typed);
  return /^\d+$/.test(typed) && days >= DAYS_MIN && days <= DAYS_MAX ? days : undefined;
}
