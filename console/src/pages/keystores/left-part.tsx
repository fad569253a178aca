// KMS keys that are left as they are, with the reason.
import Alert from "@cloudscape-design/components/alert";

import type { Schemas } from "../../api/client";
import { reasonOf } from "../../notices/reason";
import { text } from "../../text";

export function LeftPart({ left }: { left: Schemas["LeftView"][] }) {
  if (left.length === 0) return null;
  return (
    <Alert type="warning" header={text.keystores.adopt.left(left.length)}>
      {left.map((one) => (
        <div key={one.key}>
          <b>{one.key}</b>: {reasonOf(one.reason, one.hint)} [{one.code}]
        </div>
      ))}
    </Alert>
  );
}
