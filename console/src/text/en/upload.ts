// The upload wizard: how a KMS key is made, from whatever material.
export const upload = {} as const;
