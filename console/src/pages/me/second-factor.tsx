// One's own second factor.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { useRead } from "../../api/read";
import { FormDialog } from "../../operation/form-dialog";
import { useDialog } from "../../shell/use-dialog";
import { useMe, useSession } from "../../session/session";
import { RecoveryCodes, SetUpSecondFactor } from "../../session/set-up-second-factor";
import { Dialog } from "../../shell/dialog";
import { text } from "../../text";

const words = text.me.factor;
const TOUCHES = ["/api/v1/users"];

interface Props {
  onClose: () => void;
}

function SetUp({ onClose }: Props) {
  const { hold, signOut } = useSession();
  const [isReady, setReady] = useState(false);
  const ready = () => {
    // All sessions end with it: the recovery codes stay until they are noted.
    hold();
    setReady(true);
  };
  const leave = () => void signOut(text.session.secondFactor.ready);
  return (
    <Dialog
      title={words.setUp}
      onClose={(reason) => {
        if (!isReady) onClose();
        else if (reason === "closeButton") leave();
      }}
    >
      <SetUpSecondFactor
        onReady={ready}
        after={
          <Button variant="primary" onClick={leave}>
            {words.signIn}
          </Button>
        }
      />
    </Dialog>
  );
}

/** All sessions end with it. */
function Remove({ onClose }: Props) {
  const { signOut } = useSession();
  return (
    <FormDialog
      title={words.remove}
      untried
      fields={{
        password: { kind: "password", label: words.password },
        totp: { label: words.anyCode },
      }}
      operation={(body) => ({
        title: words.remove,
        name: words.title,
        untried: true,
        change: change("post", "/api/v1/me/totp/remove", { body }),
      })}
      onDone={() => void signOut(words.isOff)}
      onClose={onClose}
    />
  );
}

function NewCodes({ onClose }: Props) {
  return (
    <FormDialog
      title={words.newCodes}
      untried
      fields={{ totp: { label: words.anyCode } }}
      operation={(body) => ({
        title: words.newCodes,
        name: words.title,
        untried: true,
        touches: TOUCHES,
        change: change("post", "/api/v1/me/totp/recovery-codes", { body }),
      })}
      result={(answer) => <RecoveryCodes codes={(answer as Schemas["RecoveryCodesView"]).codes} />}
      onClose={onClose}
    />
  );
}

/** Whether there is one; how many recovery codes are left is told to those who may read people. */
function State() {
  const me = useMe();
  const { data } = useRead("/api/v1/users/{user}", { path: { user: me.id } });
  if (me.second_factor == null) return <StatusIndicator type="pending">{words.unknown}</StatusIndicator>;
  if (!me.second_factor) return <StatusIndicator type="stopped">{words.off}</StatusIndicator>;
  return <StatusIndicator type="success">{words.on(data?.recovery_codes_left)}</StatusIndicator>;
}

export function SecondFactor() {
  const me = useMe();
  const [dialog, open] = useDialog();
  if (me.provider != null) return null;
  const isOn = me.second_factor;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={words.description}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {isOn !== false && (
                <Button onClick={() => open((close) => <NewCodes onClose={close} />)}>
                  {words.newCodes}
                </Button>
              )}
              {isOn !== false && (
                <Button onClick={() => open((close) => <Remove onClose={close} />)}>{words.remove}</Button>
              )}
              {isOn !== true && (
                <Button onClick={() => open((close) => <SetUp onClose={close} />)}>{words.setUp}</Button>
              )}
            </SpaceBetween>
          }
        >
          {words.title}
        </Header>
      }
    >
      <State />
      {dialog}
    </Container>
  );
}
