// What a step of a wizard still wants, above the step.
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef, type ReactNode } from "react";

import { text } from "../text";

interface Props {
  said: string[];
  /** How often somebody wanted to go on: each time what is lacking comes into sight, however far down that was. */
  tried?: number;
  children: ReactNode;
}

export function Missing({ said, tried, children }: Props) {
  const alert = useRef<HTMLDivElement>(null);
  const isLacking = tried !== undefined && said.length > 0;
  useEffect(() => {
    if (isLacking) alert.current?.scrollIntoView({ block: "center" });
  }, [isLacking, tried]);
  return (
    <SpaceBetween size="l">
      {said.length > 0 && (
        <div ref={alert}>
          <Alert type="error" header={text.fields.missing}>
            {said.map((one) => (
              <div key={one}>{one}</div>
            ))}
          </Alert>
        </div>
      )}
      {children}
    </SpaceBetween>
  );
}
