// The request log.
export const requestLog = {} as const;
