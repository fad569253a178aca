// Parts of an ARN: `arn:partition:service:region:account:resource`.
const ACCOUNT = 4;
const RESOURCE = 5;

/** Whose it is; undefined where it is no ARN. */
export function accountOf(arn: string): string | undefined {
  return arn.split(":")[ACCOUNT];
}

/** `user/alice` of `arn:aws:iam::111122223333:user/alice`; what is no ARN stays as it is. */
export function resourceOf(arn: string): string {
  return arn.split(":").slice(RESOURCE).join(":") || arn;
}
