// Reports and receipts.
export const reports = {} as const;
