// The audit log and its proofs.
export const audit = {} as const;
