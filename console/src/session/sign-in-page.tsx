// Signing in: by password, with a second factor where there is one, or at a provider.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState, type SyntheticEvent } from "react";
import { useLocation } from "react-router";

import { asProblem, Refused, type Problem } from "../api/client";
import { useRead } from "../api/read";
import { ProblemAlert } from "../notices/problem-alert";
import { useSending } from "../notices/use-sending";
import { useTitle } from "../shell/page";
import { text } from "../text";
import { ProviderFailure } from "./provider-failure";
import { useSession } from "./session";

const WANTS_CODE = "access.totp-required";
const WRONG = "access.not-signed-in";

/** What was wrong, for people at a form rather than at a command line. */
function atForm(problem: Problem): Problem {
  if (problem.code !== WRONG) return problem;
  return { ...problem, detail: text.session.wrong, hint: text.session.wrongHint };
}

function Providers() {
  const { data } = useRead("/api/v1/sign-in-providers");
  const { pathname } = useLocation();
  if (data === undefined || data.items.length === 0) return null;
  const back = encodeURIComponent(pathname === "/sign-in" ? "/" : pathname);
  return (
    <SpaceBetween size="s">
      <Box textAlign="center" color="text-body-secondary">
        {text.session.or}
      </Box>
      {data.items.map((provider) => (
        <Button key={provider.name} fullWidth href={`${provider.start_url}?return_to=${back}`}>
          {text.session.with(provider.name)}
        </Button>
      ))}
    </SpaceBetween>
  );
}

export function SignInPage() {
  const { signIn, farewell } = useSession();
  useTitle(text.session.title);
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [wantsCode, setWantsCode] = useState(false);
  const { sending, problem, send } = useSending();

  const begin = async () => {
    try {
      await signIn(user, password, wantsCode ? code : undefined);
    } catch (error) {
      const refused = asProblem(error);
      setCode("");
      if (refused.code !== WANTS_CODE || wantsCode) throw new Refused(atForm(refused));
      setWantsCode(true);
    }
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void send(begin);
  };

  return (
    <main className="sign-in">
      <SpaceBetween size="l">
        <Box textAlign="center">
          <Box variant="h1">{text.shell.product}</Box>
          <Box color="text-body-secondary">{text.session.intro}</Box>
        </Box>
        {farewell !== undefined && (
          <div role="status">
            <Alert type="info">{farewell}</Alert>
          </div>
        )}
        <ProviderFailure />
        <form onSubmit={submit}>
          <Form
            actions={
              <Button variant="primary" loading={sending} formAction="submit">
                {text.session.submit}
              </Button>
            }
          >
            <Container header={<Header variant="h2">{text.session.title}</Header>}>
              <SpaceBetween size="l">
                {problem !== undefined && <ProblemAlert problem={problem} />}
                <FormField label={text.session.user}>
                  <Input
                    value={user}
                    onChange={({ detail }) => setUser(detail.value)}
                    autoComplete="username"
                    autoFocus
                  />
                </FormField>
                <FormField label={text.session.password}>
                  <Input
                    type="password"
                    value={password}
                    onChange={({ detail }) => setPassword(detail.value)}
                    autoComplete="current-password"
                  />
                </FormField>
                {wantsCode && (
                  <FormField label={text.session.code} description={text.session.codeHelp}>
                    <Input
                      value={code}
                      onChange={({ detail }) => setCode(detail.value)}
                      autoComplete="one-time-code"
                      inputMode="numeric"
                      autoFocus
                    />
                  </FormField>
                )}
              </SpaceBetween>
            </Container>
          </Form>
        </form>
        <Providers />
      </SpaceBetween>
    </main>
  );
}
