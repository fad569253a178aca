// Changes a part of a keystore; what would differ is shown first.
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { Changes } from "../../fields/changes";
import { RotationRule } from "../../fields/rotation-rule";
import { OperationDialog } from "../../operation/operation-dialog";
import { TOUCHES, type DialogProps } from "./dialog-props";
import { keystoreLines, type Keystore } from "./keystore";

interface Props extends DialogProps {
  title: string;
  /** Nothing as long as something is missing. */
  body: Schemas["UpdateKeystoreRequest"] | undefined;
  fields: ReactNode;
}

function Difference({ before, after }: { before: Keystore; after: Keystore }) {
  const { rotation } = after.template;
  return (
    <SpaceBetween size="m">
      <Changes before={keystoreLines(before)} after={keystoreLines(after)} />
      {(rotation?.upcoming ?? []).length > 0 && <RotationRule rotation={rotation} />}
    </SpaceBetween>
  );
}

export function UpdateDialog({ keystore, title, body, fields, onClose }: Props) {
  const operation =
    body === undefined
      ? undefined
      : {
          title,
          name: keystore.name,
          change: change("patch", "/api/v1/keystores/{keystore}", {
            path: { keystore: keystore.id },
            body,
            revision: keystore.revision,
          }),
          touches: TOUCHES,
        };
  return (
    <OperationDialog
      operation={operation}
      title={title}
      fields={fields}
      render={(preview) => <Difference before={keystore} after={preview as Keystore} />}
      onClose={onClose}
    />
  );
}
