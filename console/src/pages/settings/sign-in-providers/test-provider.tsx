// Whether a provider answers: asked now.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { answered, client, type Schemas } from "../../../api/client";
import { ProblemAlert } from "../../../notices/problem-alert";
import { useSending } from "../../../notices/use-sending";
import { text } from "../../../text";

const words = text.signInProviders;
type Facts = Schemas["ProviderFactsView"];

function Told({ facts }: { facts: Facts }) {
  const isUsable = facts.usable_keys > 0;
  return (
    <SpaceBetween size="m">
      <Alert type={isUsable ? "success" : "warning"}>{isUsable ? words.tested : words.testedNoKeys}</Alert>
      <KeyValuePairs
        columns={2}
        items={[
          { label: words.facts.authorization, value: facts.authorization_endpoint },
          { label: words.facts.token, value: facts.token_endpoint },
          { label: words.facts.jwks, value: facts.jwks_uri },
          { label: words.facts.keys, value: facts.usable_keys },
        ]}
      />
    </SpaceBetween>
  );
}

export function TestProvider({ provider }: { provider: string }) {
  const [facts, setFacts] = useState<Facts>();
  const { sending, problem, send } = useSending();
  const test = async () => {
    setFacts(undefined);
    const path = { provider };
    const asked = client.POST("/api/v1/sign-in-providers/{provider}/test", { params: { path } });
    setFacts((await answered(asked)).data);
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button loading={sending} onClick={() => void send(test)}>
              {words.test}
            </Button>
          }
        >
          {words.connection}
        </Header>
      }
    >
      {problem !== undefined && <ProblemAlert problem={problem} />}
      {facts !== undefined && <Told facts={facts} />}
      {problem === undefined && facts === undefined && words.notTested}
    </Container>
  );
}
