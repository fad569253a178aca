// The first password is known to somebody else: it is changed before anything else.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState, type SyntheticEvent } from "react";

import { answered, client } from "../api/client";
import { ProblemAlert } from "../notices/problem-alert";
import { useSending } from "../notices/use-sending";
import { useTitle } from "../shell/page";
import { text } from "../text";
import { useSession } from "./session";

const CREATED = 201;

export function FirstPasswordPage() {
  const { changed, signOut } = useSession();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const { sending, problem, send } = useSending();
  const words = text.session.firstPassword;
  useTitle(words.title);
  const differ = again !== "" && again !== next;

  const change = async () => {
    const body = { old: current, new: next };
    const { data, status } = await answered(client.POST("/api/v1/me/password", { body }));
    // A session that was for nothing else ends with it, and another begins.
    await changed(status === CREATED ? (data.only_for ?? undefined) : undefined);
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (next === again) void send(change);
  };

  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <Form
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                variant="link"
                formAction="none"
                disabled={sending}
                onClick={() => void signOut(text.session.signedOut)}
              >
                {text.shell.user.signOut}
              </Button>
              <Button variant="primary" formAction="submit" loading={sending}>
                {words.submit}
              </Button>
            </SpaceBetween>
          }
        >
          <Container header={<Header variant="h1">{words.title}</Header>}>
            <SpaceBetween size="l">
              <Alert type="info">{words.detail}</Alert>
              {problem !== undefined && <ProblemAlert problem={problem} />}
              <FormField label={words.current}>
                <Input type="password" value={current} onChange={({ detail }) => setCurrent(detail.value)} />
              </FormField>
              <FormField label={words.next}>
                <Input
                  type="password"
                  value={next}
                  onChange={({ detail }) => setNext(detail.value)}
                  autoComplete="new-password"
                />
              </FormField>
              <FormField label={words.again} errorText={differ ? words.differ : undefined}>
                <Input
                  type="password"
                  value={again}
                  onChange={({ detail }) => setAgain(detail.value)}
                  autoComplete="new-password"
                />
              </FormField>
            </SpaceBetween>
          </Container>
        </Form>
      </form>
    </main>
  );
}
