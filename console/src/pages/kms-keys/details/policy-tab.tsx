// Who may use a KMS key: its users and administrators, and its policy as a whole.
import SpaceBetween from "@cloudscape-design/components/space-between";

import { AccessSection } from "./access-section";
import type { Tab } from "./kms-key";
import { PolicyEditor } from "./policy-editor";

export function PolicyTab({ kmsKey }: Tab) {
  return (
    <SpaceBetween size="l">
      <AccessSection kmsKey={kmsKey} />
      <PolicyEditor kmsKey={kmsKey} />
    </SpaceBetween>
  );
}
