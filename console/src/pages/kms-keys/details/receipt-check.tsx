// How a receipt is checked without the server that issued it.
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useRead } from "../../../api/read";
import { text } from "../../../text";
import { Copied } from "./copied";

const words = text.kmsKey.receipt;

export function ReceiptCheck({ file, checkpoint }: { file: string; checkpoint: string }) {
  const { data } = useRead("/api/v1/audit/key");
  const key = data?.key;
  const command = `keyferry audit verify-receipt ${file} --key ${key ?? "KEY"}`;
  return (
    <Container
      header={
        <Header variant="h2" description={words.verifyDetail}>
          {words.verify}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <KeyValuePairs
          items={[
            { label: words.command, value: <Copied value={command} label={words.copyCommand} /> },
            ...(key === undefined
              ? []
              : [{ label: words.key, value: <Copied value={key} label={words.copyKey} /> }]),
          ]}
        />
        <ExpandableSection headerText={words.checkpoint}>
          <pre className="code">{checkpoint}</pre>
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  );
}
