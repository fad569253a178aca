// A sealed vault checks no codes: whoever has a second factor opens it first, then signs in with a code.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { answered, client } from "../api/client";
import { ProblemAlert } from "../notices/problem-alert";
import { useSending } from "../notices/use-sending";
import { text } from "../text";
import { useSession } from "./session";

const words = text.session.unseal;

export function UnsealPage() {
  const { signOut } = useSession();
  const [passphrase, setPassphrase] = useState("");
  const [wantsMore, setWantsMore] = useState(false);
  const { sending, problem, send } = useSending();
  const open = async () => {
    const { data } = await answered(client.POST("/api/v1/seal/unseal", { body: { passphrase } }));
    setPassphrase("");
    setWantsMore(data.sealed);
    if (!data.sealed) await signOut(words.opened);
  };
  return (
    <main className="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send(open);
        }}
      >
        <Form
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={() => void signOut(text.session.signedOut)}>
                {words.leave}
              </Button>
              <Button variant="primary" formAction="submit" loading={sending} disabled={passphrase === ""}>
                {words.submit}
              </Button>
            </SpaceBetween>
          }
        >
          <Container header={<Header variant="h1">{words.title}</Header>}>
            <SpaceBetween size="l">
              <Alert type="info">{words.detail}</Alert>
              {wantsMore && <Alert type="info">{words.more}</Alert>}
              {problem !== undefined && <ProblemAlert problem={problem} />}
              <FormField label={words.passphrase}>
                <Input
                  type="password"
                  value={passphrase}
                  onChange={({ detail }) => setPassphrase(detail.value)}
                  autoFocus
                />
              </FormField>
            </SpaceBetween>
          </Container>
        </Form>
      </form>
    </main>
  );
}
