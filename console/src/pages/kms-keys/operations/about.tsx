// What an operation means, where its plan alone does not tell.
import Alert from "@cloudscape-design/components/alert";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ComponentType } from "react";

import { text } from "../../../text";
import type { FieldsProps } from "./definition";

/** Says it, and names the KMS key where it is one. */
export function about(words: string, type: "info" | "warning"): ComponentType<FieldsProps<undefined>> {
  return function About({ kmsKeys: [key, ...others] }) {
    return (
      <SpaceBetween size="m">
        <Alert type={type}>{words}</Alert>
        {key !== undefined && others.length === 0 && (
          <KeyValuePairs
            items={[
              { label: text.kmsKeys.columns.name, value: key.name },
              { label: text.kmsKeys.columns.arn, value: key.arn ?? text.shell.none },
            ]}
          />
        )}
      </SpaceBetween>
    );
  };
}
