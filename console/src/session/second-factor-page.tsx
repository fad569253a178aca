// An installation that wants a second factor of everybody: whoever has none sets one up before anything else.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useTitle } from "../shell/page";
import { text } from "../text";
import { useSession } from "./session";
import { SetUpSecondFactor } from "./set-up-second-factor";

export function SecondFactorPage() {
  const { hold, signOut } = useSession();
  const words = text.session.secondFactor;
  useTitle(words.title);
  return (
    <main className="sign-in">
      <Container header={<Header variant="h1">{words.title}</Header>}>
        <SpaceBetween size="l">
          <Alert type="info">{words.detail}</Alert>
          <SetUpSecondFactor
            onReady={hold}
            after={
              <Button variant="primary" onClick={() => void signOut(words.ready)}>
                {text.me.factor.signIn}
              </Button>
            }
          />
          <Button variant="link" onClick={() => void signOut(text.session.signedOut)}>
            {text.shell.user.signOut}
          </Button>
        </SpaceBetween>
      </Container>
    </main>
  );
}
