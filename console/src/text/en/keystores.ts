// Keystores: named sets of KMS keys, and what was found in accounts.
export const keystores = {} as const;
