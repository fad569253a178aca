// One's own password.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";

import { change } from "../../api/change";
import { FormDialog } from "../../operation/form-dialog";
import { useDialog } from "../../shell/use-dialog";
import { useMe, useSession } from "../../session/session";
import { text } from "../../text";

const words = text.me.password;

function ChangePassword({ onClose }: { onClose: () => void }) {
  const me = useMe();
  const { signOut } = useSession();
  return (
    <FormDialog
      title={words.change}
      untried
      fields={({ next, again }) => ({
        old: { kind: "password", label: words.current },
        next: { kind: "password", label: words.next, description: words.nextHelp },
        again: {
          kind: "password",
          label: words.again,
          error: (again ?? "") !== "" && again !== next ? words.differ : undefined,
        },
      })}
      operation={({ old, next }) => ({
        title: words.change,
        name: me.name,
        untried: true,
        change: change("post", "/api/v1/me/password", { body: { old, new: next } }),
      })}
      onDone={() => void signOut(words.changed)}
      onClose={onClose}
    />
  );
}

export function Password() {
  const { provider } = useMe();
  const [dialog, open] = useDialog();
  const begin = () => open((close) => <ChangePassword onClose={close} />);
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={provider == null ? <Button onClick={begin}>{words.change}</Button> : undefined}
        >
          {words.title}
        </Header>
      }
    >
      <Box color="text-body-secondary">
        {provider == null ? words.description : words.atProvider(provider)}
      </Box>
      {dialog}
    </Container>
  );
}
