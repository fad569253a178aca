// The SHA-256 of a public key, to be read aloud and compared.
import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";

import { text } from "../../text";

const words = text.keys.prepare;

export function Fingerprint({ of }: { of: string }) {
  return (
    <div>
      <Box variant="awsui-key-label">{words.sha256}</Box>
      <CopyToClipboard
        variant="inline"
        copyButtonAriaLabel={text.shell.copy}
        copySuccessText={text.shell.copied}
        copyErrorText={text.shell.copyFailed}
        textToCopy={of}
        textToDisplay={of}
      />
    </div>
  );
}
