// A keystore before it is made.
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";

import { text } from "../../text";
import { keystoreLines, type Keystore } from "./keystore";

export function ReviewPart({ keystore }: { keystore: Keystore }) {
  return (
    <Container>
      <KeyValuePairs
        columns={3}
        items={keystoreLines(keystore).map(([label, value]) => ({
          label,
          value: value || text.shell.none,
        }))}
      />
    </Container>
  );
}
