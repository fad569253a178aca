// A secret that is shown once: whoever closes it without a copy has to make another.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

import { text } from "../text";

interface Copied {
  /** What it is, such as `First password`. */
  label: string;
  value: string;
}

/** Something to take along, with a button for it. */
export function Copyable({ label, value }: Copied) {
  return (
    <div>
      <Box variant="awsui-key-label">{label}</Box>
      <CopyToClipboard
        variant="inline"
        textToCopy={value}
        textToDisplay={value}
        copyButtonAriaLabel={`${text.shell.copy}: ${label}`}
        copySuccessText={text.shell.copied}
        copyErrorText={text.shell.copyFailed}
      />
    </div>
  );
}

export function SecretOnce({ label, value, children }: Copied & { children?: ReactNode }) {
  return (
    <Alert type="success" header={text.operation.done}>
      <SpaceBetween size="s">
        <Copyable label={label} value={value} />
        <Box>{text.operation.once}</Box>
        {children}
      </SpaceBetween>
    </Alert>
  );
}
