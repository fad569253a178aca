// People and their groups and roles.
export const users = {} as const;
