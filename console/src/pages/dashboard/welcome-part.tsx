// What to do first, where there is nothing yet.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useNavigate } from "react-router";

import { text } from "../../text";
import { STEPS, type Step, type Welcome } from "./welcome";

const words = text.dashboard.welcome;

const PLACES: Record<Step, string[]> = {
  connection: ["/connections/add"],
  keystore: ["/keystores/create"],
  key: ["/kms-keys/create", "/kms-keys/upload"],
};

function Go({ to, label, primary }: { to: string; label: string; primary: boolean }) {
  const navigate = useNavigate();
  return (
    <Button
      href={to}
      variant={primary ? "primary" : "normal"}
      onFollow={(event) => {
        event.preventDefault();
        void navigate(to);
      }}
    >
      {label}
    </Button>
  );
}

function OneStep({ step, number, welcome }: { step: Step; number: number; welcome: Welcome }) {
  const isNext = welcome.next === step;
  const { title, detail, actions } = words.steps[step];
  return (
    <SpaceBetween size="s">
      <Box variant="h3">{words.numbered(number, title)}</Box>
      <Box>{detail}</Box>
      {welcome.done.includes(step) ? (
        <StatusIndicator type="success">{words.done}</StatusIndicator>
      ) : (
        <SpaceBetween direction="horizontal" size="xs">
          {PLACES[step].map((to, index) => (
            <Go key={to} to={to} label={actions[index] ?? title} primary={isNext && index === 0} />
          ))}
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}

export function WelcomePart({ welcome }: { welcome: Welcome }) {
  return (
    <Container
      header={
        <Header variant="h2" description={words.description}>
          {words.title}
        </Header>
      }
    >
      <ColumnLayout columns={3} borders="vertical">
        {STEPS.map((step, index) => (
          <OneStep key={step} step={step} number={index + 1} welcome={welcome} />
        ))}
      </ColumnLayout>
    </Container>
  );
}
