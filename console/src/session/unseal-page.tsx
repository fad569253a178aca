// A sealed vault checks no codes: whoever has a second factor opens it first, then signs in with a code.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useTitle } from "../shell/page";
import { text } from "../text";
import { useSession } from "./session";
import { UnsealForm } from "./unseal-form";

const words = text.session.unseal;

export function UnsealPage() {
  const { signOut } = useSession();
  useTitle(words.title);
  return (
    <main className="sign-in">
      <Container header={<Header variant="h1">{words.title}</Header>}>
        <SpaceBetween size="l">
          <Alert type="info">{words.detail}</Alert>
          <UnsealForm
            submit={words.submit}
            autoFocus
            others={
              <Button variant="link" formAction="none" onClick={() => void signOut(text.session.signedOut)}>
                {words.leave}
              </Button>
            }
            onOpened={() => signOut(words.opened)}
          />
        </SpaceBetween>
      </Container>
    </main>
  );
}
