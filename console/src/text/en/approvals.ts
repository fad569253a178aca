// Requests that wait for the consent of others, and the rules that want it.
export const approvals = {} as const;
