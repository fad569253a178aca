// Setting up a second factor: the password, the secret, a first code, recovery codes.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState, type ReactNode } from "react";

import { answered, client, type Schemas } from "../api/client";
import { ProblemAlert } from "../notices/problem-alert";
import { useSending } from "../notices/use-sending";
import { Copyable } from "../operation/secret-once";
import { text } from "../text";

const words = text.me.factor;

/** Codes that are shown once. */
export function RecoveryCodes({ codes }: { codes: string[] }) {
  return (
    <SpaceBetween size="s">
      <Box variant="awsui-key-label">{words.codes}</Box>
      <Box>{words.codesHelp}</Box>
      <div className="code">
        <pre>{codes.join("\n")}</pre>
      </div>
      <CopyToClipboard
        copyButtonText={words.copyAll}
        textToCopy={codes.join("\n")}
        copySuccessText={text.shell.copied}
        copyErrorText={text.shell.copyFailed}
      />
    </SpaceBetween>
  );
}

interface StepProps {
  label: string;
  description?: string;
  isSecret?: boolean;
  submit: string;
  onSubmit: (value: string) => Promise<unknown>;
  children?: ReactNode;
}

/** One thing to type, and to send. */
function Step({ label, description, isSecret, submit, onSubmit, children }: StepProps) {
  const [value, setValue] = useState("");
  const { sending, problem, send } = useSending();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send(() => onSubmit(value));
      }}
    >
      <SpaceBetween size="m">
        {children}
        {problem !== undefined && <ProblemAlert problem={problem} />}
        <FormField label={label} description={description}>
          <Input
            value={value}
            onChange={({ detail }) => setValue(detail.value)}
            {...(isSecret === true
              ? { type: "password" as const, autoComplete: "current-password" }
              : { inputMode: "numeric" as const, autoComplete: "one-time-code" })}
            autoFocus
          />
        </FormField>
        <Button variant="primary" formAction="submit" loading={sending} disabled={value === ""}>
          {submit}
        </Button>
      </SpaceBetween>
    </form>
  );
}

type Enrolment = Schemas["EnrolmentView"];

/** Leads through it; what comes after the recovery codes is said by whoever uses it. */
export function SetUpSecondFactor({ onReady, after }: { onReady?: () => void; after: ReactNode }) {
  const [enrolment, setEnrolment] = useState<Enrolment>();
  const [codes, setCodes] = useState<string[]>();
  if (codes !== undefined) {
    return (
      <SpaceBetween size="m">
        <Alert type="success">{words.isOn}</Alert>
        <RecoveryCodes codes={codes} />
        {after}
      </SpaceBetween>
    );
  }
  if (enrolment === undefined) {
    const begin = async (password: string) =>
      setEnrolment((await answered(client.POST("/api/v1/me/totp", { body: { password } }))).data);
    return <Step key="password" label={words.password} isSecret submit={words.next} onSubmit={begin} />;
  }
  const confirm = async (totp: string) => {
    setCodes((await answered(client.POST("/api/v1/me/totp/confirm", { body: { totp } }))).data.codes);
    onReady?.();
  };
  return (
    <Step
      key="code"
      label={words.code}
      description={words.codeHelp}
      submit={words.confirm}
      onSubmit={confirm}
    >
      <Box>{words.add}</Box>
      <Copyable label={words.secret} value={enrolment.secret} />
      <Copyable label={words.uri} value={enrolment.uri} />
      <Box color="text-body-secondary">{words.shown}</Box>
    </Step>
  );
}
