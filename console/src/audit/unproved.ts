// Why something is not proved.
export type Reason =
  | "bad-key"
  | "malformed-note"
  | "not-signed"
  | "bad-signature"
  | "bad-time"
  | "no-checkpoint"
  | "other-log"
  | "outside-the-tree"
  | "wrong-length"
  | "malformed-hash"
  | "other-root"
  | "other-old-root";

/** Nothing may be concluded then. */
export class Unproved extends Error {
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason);
    this.name = "Unproved";
    this.reason = reason;
  }
}
