// What can be done with a person.
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import type { ReactNode } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { useRead, type Revised } from "../../api/read";
import { FormDialog } from "../../operation/form-dialog";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { removal } from "../../operation/removal";
import { useDialog } from "../../shell/use-dialog";
import { text } from "../../text";
import { FirstPassword } from "../../operation/first-password";
import { Leaving } from "./leaving";
import type { User } from "./state";

const words = text.users.actions;
const fields = text.users.fields;
const TOUCHES = ["/api/v1/users", "/api/v1/role-assignments", "/api/v1/groups"];

interface Props {
  user: Revised<User>;
  onClose: () => void;
}

const about = ({ id, name }: User, what: string, of: Operation["change"]): Operation => ({
  title: words.of(what, name),
  name,
  touches: TOUCHES,
  change: { ...of, path: { user: id } },
});

function Rename({ user, onClose }: Props) {
  return (
    <FormDialog
      title={words.edit}
      fields={{
        full: {
          label: fields.fullName,
          description: fields.fullNameHelp,
          initial: user.full_name,
          optional: true,
        },
      }}
      operation={({ full }) =>
        about(
          user,
          words.edit,
          change("patch", "/api/v1/users/{user}", {
            path: { user: user.id },
            body: { full_name: full },
            revision: user.revision,
          }),
        )
      }
      onClose={onClose}
    />
  );
}

function SamePerson({ user, onClose }: Props) {
  const users = useRead("/api/v1/users").data?.items ?? [];
  const others = users.filter(({ id, name }) => id !== user.id && !user.same_person_as.includes(name));
  return (
    <FormDialog
      title={words.samePerson}
      fields={{
        other: {
          kind: "choice",
          label: fields.other,
          description: fields.otherHelp,
          choices: others.map(({ id, name, full_name }) => ({
            value: id,
            label: name,
            description: full_name,
          })),
        },
      }}
      operation={({ other }) =>
        about(
          user,
          words.samePerson,
          change("post", "/api/v1/users/{user}/same-person", {
            path: { user: user.id },
            body: { as: other },
          }),
        )
      }
      onClose={onClose}
    />
  );
}

function EndSessions({ user, onClose }: Props) {
  return (
    <FormDialog
      title={words.endSessions}
      fields={{ tokens: { kind: "switch", label: fields.tokens } }}
      operation={({ tokens }) =>
        about(
          user,
          words.endSessions,
          change("post", "/api/v1/users/{user}/end-sessions", {
            path: { user: user.id },
            body: { tokens: tokens !== "" },
          }),
        )
      }
      onClose={onClose}
    />
  );
}

const PLAIN = {
  lock: [words.lock, "/api/v1/users/{user}/lock"],
  unlock: [words.unlock, "/api/v1/users/{user}/unlock"],
  "reset-totp": [words.resetSecondFactor, "/api/v1/users/{user}/reset-totp"],
  "other-person": [words.otherPerson, "/api/v1/users/{user}/other-person"],
} as const;

function Plain({ user, what, onClose }: Props & { what: keyof typeof PLAIN }) {
  const [title, template] = PLAIN[what];
  const path = { user: user.id };
  return (
    <OperationDialog operation={about(user, title, change("post", template, { path }))} onClose={onClose} />
  );
}

function ResetPassword({ user, onClose }: Props) {
  const reset = change("post", "/api/v1/users/{user}/reset-password", { path: { user: user.id }, body: {} });
  return (
    <OperationDialog
      operation={about(user, words.resetPassword, reset)}
      result={(answer) => <FirstPassword answer={answer} />}
      onClose={onClose}
    />
  );
}

function Offboard({ user, onClose }: Props) {
  const offboard = change("post", "/api/v1/users/{user}/offboard", { path: { user: user.id } });
  return (
    <OperationDialog
      operation={{ ...removal(about(user, words.offboard, offboard)), protects: true }}
      render={(preview) => <Leaving leaving={preview as Schemas["LeavingView"]} isOver={false} />}
      result={(answer) => <Leaving leaving={answer as Schemas["LeavingView"]} isOver />}
      onClose={onClose}
    />
  );
}

function dialogOf(id: string, props: Props): ReactNode {
  switch (id) {
    case "edit":
      return <Rename {...props} />;
    case "same-person":
      return <SamePerson {...props} />;
    case "end-sessions":
      return <EndSessions {...props} />;
    case "reset-password":
      return <ResetPassword {...props} />;
    case "offboard":
      return <Offboard {...props} />;
    default:
      return <Plain {...props} what={id as keyof typeof PLAIN} />;
  }
}

export function UserActions({ user }: { user: Revised<User> }) {
  const [dialog, open] = useDialog();
  const waits = user.waits_until != null;
  return (
    <>
      <ButtonDropdown
        disabled={user.state === "offboarded"}
        onItemClick={({ detail }) => open((close) => dialogOf(detail.id, { user, onClose: close }))}
        items={[
          { id: "edit", text: words.edit },
          { id: "reset-password", text: words.resetPassword },
          { id: "reset-totp", text: words.resetSecondFactor, disabled: !user.second_factor },
          { id: "end-sessions", text: words.endSessions },
          { id: "same-person", text: words.samePerson },
          { id: "other-person", text: words.otherPerson, disabled: user.same_person_as.length === 0 },
          user.state === "locked" || waits
            ? { id: "unlock", text: words.unlock }
            : { id: "lock", text: words.lock },
          { id: "offboard", text: words.offboard },
        ]}
      >
        {text.table.actions}
      </ButtonDropdown>
      {dialog}
    </>
  );
}
