// Applications that use keys.
export const applications = {} as const;
