// Alerts and where they are sent.
export const alerts = {} as const;
