// A text that is copied by a button beside it.
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";

import { text } from "../../../text";

export function Copied({ value, label, shown }: { value: string; label: string; shown?: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={value}
      {...(shown === undefined ? {} : { textToDisplay: shown })}
      copyButtonAriaLabel={label}
      copySuccessText={text.shell.copied}
      copyErrorText={text.shell.copyFailed}
    />
  );
}
