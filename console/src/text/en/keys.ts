// Keys in the vault, their versions and copies.
export const keys = {} as const;
