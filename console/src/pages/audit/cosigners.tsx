// Who cosigned a checkpoint, and when, as it says itself.
import { cosignaturesOf } from "../../audit/cosignature";
import { exactly } from "../../format/time";
import { text } from "../../text";

export function Cosigners({ note }: { note: string }) {
  return (
    <ul className="plain">
      {cosignaturesOf(note).map(({ witness, at }) => (
        <li key={`${witness} ${at}`}>{text.audit.witnesses.seenBy(witness, exactly(at))}</li>
      ))}
    </ul>
  );
}
