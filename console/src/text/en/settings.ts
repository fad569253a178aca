// Settings of the installation.
export const settings = {} as const;
