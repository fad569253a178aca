// Who cosigned a checkpoint, and when, as it says itself.
import { cosignaturesOf, type Cosignature } from "../../audit/cosignature";
import { exactly } from "../../format/time";
import { text } from "../../text";

const words = text.audit.witnesses;

/** A line can claim any time, also one that no calendar has. */
export function seenAt({ at }: Pick<Cosignature, "at">): string {
  return at === undefined ? words.unreadableTime : exactly(at);
}

function claimsOf(note: string): Cosignature[] | undefined {
  try {
    return cosignaturesOf(note);
  } catch {
    return undefined;
  }
}

export function Cosigners({ note }: { note: string }) {
  const claims = claimsOf(note);
  if (claims === undefined) return text.audit.verify.why["malformed-note"];
  return (
    <ul className="plain">
      {claims.map((claim, place) => (
        <li key={place}>{words.seenBy(claim.witness, seenAt(claim))}</li>
      ))}
    </ul>
  );
}
