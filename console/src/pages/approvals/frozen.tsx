// What was frozen: the request, and what it would do.
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { isPlan, type Approval } from "../../operation/operation";
import { PlanView } from "../../operation/plan-view";
import { text } from "../../text";
import { factsOf } from "./facts";

const words = text.approvals;

/** What would come of it: a plan, or a record as it would be. */
export function Would({ plan }: { plan: unknown }) {
  if (isPlan(plan)) return <PlanView plan={plan} />;
  const facts = factsOf(plan);
  if (facts.length === 0) return <Box>{words.nothingShown}</Box>;
  return <KeyValuePairs columns={3} items={facts.map(([label, value]) => ({ label, value }))} />;
}

function Raw({ request }: { request: Approval }) {
  const { method, path, body } = request.request as { method?: string; path?: string; body?: unknown };
  return (
    <ExpandableSection headerText={words.request} variant="footer" defaultExpanded>
      <SpaceBetween size="s">
        <Box variant="code">
          {method} {path}
        </Box>
        {body != null && (
          <Box variant="code">
            <pre className="frozen">{JSON.stringify(body, undefined, 2)}</pre>
          </Box>
        )}
        <KeyValuePairs
          items={[
            {
              label: words.hash,
              value: (
                <CopyToClipboard
                  variant="inline"
                  textToCopy={request.hash}
                  textToDisplay={request.hash}
                  copyButtonAriaLabel={words.copyHash}
                  copySuccessText={text.shell.copied}
                  copyErrorText={text.shell.copyFailed}
                />
              ),
            },
          ]}
        />
      </SpaceBetween>
    </ExpandableSection>
  );
}

export function Frozen({ request }: { request: Approval }) {
  return (
    <Container
      header={
        <Header variant="h2" description={words.wouldDetail}>
          {words.would}
        </Header>
      }
      footer={<Raw request={request} />}
    >
      <Would plan={request.plan} />
    </Container>
  );
}
