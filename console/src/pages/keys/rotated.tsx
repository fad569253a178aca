// What came of a rotation: versions that were made, and KMS keys that stay as they are.
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Schemas } from "../../api/client";
import { reasonOf } from "../../notices/reason";
import { text } from "../../text";

const words = text.keys.rotate;

export function RotatedView({ answer }: { answer: unknown }) {
  const { versions = [], refused = [] } = answer as Schemas["StartedView"];
  return (
    <SpaceBetween size="s">
      {versions.map(({ key, version }) => (
        <Alert key={key} type="success">
          {text.keys.made(key, version)}
        </Alert>
      ))}
      {refused.length > 0 && (
        <Alert type="warning" header={words.refused}>
          {refused.map((one) => (
            <div key={one.id}>
              {one.name}: {reasonOf(one.reason, one.hint)}
            </div>
          ))}
        </Alert>
      )}
    </SpaceBetween>
  );
}
