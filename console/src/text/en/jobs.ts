// Jobs, and what schedules will do.
export const jobs = {} as const;
