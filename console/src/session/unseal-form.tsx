// Opens the vault with a passphrase, which is forgotten at once. Several may be wanted, one after the other.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState, type ReactNode } from "react";

import { answered, client } from "../api/client";
import { ProblemAlert } from "../notices/problem-alert";
import { useSending } from "../notices/use-sending";
import { text } from "../text";

const words = text.session.unseal;

interface Props {
  submit: string;
  description?: string;
  autoFocus?: boolean;
  /** What else can be done, before the button that opens. */
  others?: ReactNode;
  onOpened: () => unknown;
}

export function UnsealForm({ submit, description, autoFocus = false, others, onOpened }: Props) {
  const [passphrase, setPassphrase] = useState("");
  const [wantsMore, setWantsMore] = useState(false);
  const { sending, problem, send } = useSending();
  const open = async () => {
    setPassphrase("");
    const { data } = await answered(client.POST("/api/v1/seal/unseal", { body: { passphrase } }));
    setWantsMore(data.sealed);
    if (!data.sealed) await onOpened();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send(open);
      }}
    >
      <SpaceBetween size="m">
        {wantsMore && <Alert type="info">{words.more}</Alert>}
        {problem !== undefined && <ProblemAlert problem={problem} />}
        <FormField label={words.passphrase} description={description}>
          <Input
            type="password"
            value={passphrase}
            autoComplete="off"
            onChange={({ detail }) => setPassphrase(detail.value)}
            autoFocus={autoFocus}
          />
        </FormField>
        <SpaceBetween direction="horizontal" size="xs">
          {others}
          <Button variant="primary" formAction="submit" loading={sending} disabled={passphrase === ""}>
            {submit}
          </Button>
        </SpaceBetween>
      </SpaceBetween>
    </form>
  );
}
