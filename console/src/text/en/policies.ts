// Roles and policies of one's own, and what may be done with keys.
export const policies = {} as const;
