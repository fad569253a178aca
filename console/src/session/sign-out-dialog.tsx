// Asks somebody who came by a provider, whose session there goes on, before he is signed out.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";

import { Dialog } from "../shell/dialog";
import { text } from "../text";
import { useSession } from "./session";

const words = text.session.leaving;

export function SignOutDialog({ provider, onClose }: { provider: string; onClose: () => void }) {
  const { signOut } = useSession();
  const leave = () => void signOut(text.session.signedOut);
  return (
    <Dialog
      title={words.title}
      onClose={onClose}
      actions={
        <>
          <Button variant="link" onClick={onClose}>
            {text.shell.cancel}
          </Button>
          <Button variant="primary" onClick={leave}>
            {text.shell.user.signOut}
          </Button>
        </>
      }
    >
      <Box>{words.detail(provider)}</Box>
    </Dialog>
  );
}
