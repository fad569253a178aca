// The dashboard: the fleet at a glance.
export const dashboard = {} as const;
