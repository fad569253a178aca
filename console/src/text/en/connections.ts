// Connections: how AWS accounts are reached.
export const connections = {} as const;
