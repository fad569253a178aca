// Changes a part of a keystore; what would differ is shown first.
import type { ReactNode } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { Changes } from "../../fields/changes";
import { useLooked } from "../../fields/looked";
import { OperationDialog } from "../../operation/operation-dialog";
import { TOUCHES, type DialogProps } from "./dialog-props";
import { keystoreLines, type Keystore } from "./keystore";

interface Props extends DialogProps {
  title: string;
  /** Nothing as long as something is missing. */
  body: Schemas["UpdateKeystoreRequest"] | undefined;
  fields: ReactNode;
}

export function UpdateDialog({ keystore: now, title, body, fields, onClose }: Props) {
  const keystore = useLooked(now, "/api/v1/keystores");
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
      render={(preview) => (
        <Changes before={keystoreLines(keystore)} after={keystoreLines(preview as Keystore)} />
      )}
      onClose={onClose}
    />
  );
}
