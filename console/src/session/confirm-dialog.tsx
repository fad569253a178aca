// Proving once more who one is, for what wants a recent proof: approvals, and material that leaves.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useId, useState, type ReactNode, type SyntheticEvent } from "react";
import { useLocation } from "react-router";

import { answered, client } from "../api/client";
import { ProblemAlert } from "../notices/problem-alert";
import { useSending } from "../notices/use-sending";
import { Dialog } from "../shell/dialog";
import { text } from "../text";
import { useMe } from "./session";

const words = text.session.confirm;

interface Props {
  onConfirmed: () => void;
  onCancel: () => void;
}

function Frame({
  children,
  action,
  onCancel,
}: {
  children: ReactNode;
  action: ReactNode;
  onCancel: () => void;
}) {
  return (
    <Dialog
      title={words.title}
      onClose={onCancel}
      actions={
        <>
          <Button variant="link" onClick={onCancel}>
            {text.shell.cancel}
          </Button>
          {action}
        </>
      }
    >
      <SpaceBetween size="l">
        <Box>{words.detail}</Box>
        {children}
      </SpaceBetween>
    </Dialog>
  );
}

/** For people who have a password here. */
function ByPassword({ onConfirmed, onCancel }: Props) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const { sending, problem, send } = useSending();
  const form = useId();
  const isEmpty = password === "" && code === "";

  const prove = async () => {
    const body = { ...(password === "" ? {} : { password }), ...(code === "" ? {} : { totp: code }) };
    // A code is good for once.
    setCode("");
    await answered(client.POST("/api/v1/sessions/confirm", { body }));
    onConfirmed();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!isEmpty) void send(prove);
  };
  const confirm = (
    <Button
      variant="primary"
      formAction="submit"
      form={form}
      disabled={isEmpty && !sending}
      loading={sending}
    >
      {words.submit}
    </Button>
  );
  return (
    <Frame action={confirm} onCancel={onCancel}>
      <form id={form} onSubmit={submit}>
        <SpaceBetween size="m">
          {problem !== undefined && <ProblemAlert problem={problem} />}
          <FormField label={text.session.password}>
            <Input
              type="password"
              value={password}
              onChange={({ detail }) => setPassword(detail.value)}
              autoComplete="current-password"
            />
          </FormField>
          <FormField label={text.session.code} description={words.codeHelp}>
            <Input
              value={code}
              onChange={({ detail }) => setCode(detail.value)}
              autoComplete="one-time-code"
              inputMode="numeric"
            />
          </FormField>
        </SpaceBetween>
      </form>
    </Frame>
  );
}

/** For people who sign in at a provider: in another tab, so that nothing is lost here. */
function AtProvider({ provider, onConfirmed, onCancel }: Props & { provider: string }) {
  const { pathname } = useLocation();
  const start = `/api/v1/sessions/oidc/${encodeURIComponent(provider)}/start`;
  const href = `${start}?confirm=true&return_to=${encodeURIComponent(pathname)}`;
  const goOn = (
    <Button variant="primary" onClick={onConfirmed}>
      {words.goOn}
    </Button>
  );
  return (
    <Frame action={goOn} onCancel={onCancel}>
      <SpaceBetween size="m">
        <Box>{words.providerDetail(provider)}</Box>
        <Button href={href} target="_blank" iconName="external" iconAlign="right">
          {words.atProvider(provider)}
        </Button>
      </SpaceBetween>
    </Frame>
  );
}

/** Asks who is there once more. */
export function ConfirmDialog(props: Props) {
  const { provider } = useMe();
  return provider == null ? <ByPassword {...props} /> : <AtProvider provider={provider} {...props} />;
}
