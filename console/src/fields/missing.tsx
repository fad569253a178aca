// What a step of a wizard still wants, above the step.
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

import { text } from "../text";

export function Missing({ said, children }: { said: string[]; children: ReactNode }) {
  return (
    <SpaceBetween size="l">
      {said.length > 0 && (
        <Alert type="error" header={text.fields.missing}>
          {said.map((one) => (
            <div key={one}>{one}</div>
          ))}
        </Alert>
      )}
      {children}
    </SpaceBetween>
  );
}
