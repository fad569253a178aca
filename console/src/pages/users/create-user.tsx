// Adding a person: with a password that is made up and shown once, or by a provider.
import Alert from "@cloudscape-design/components/alert";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { useRead } from "../../api/read";
import { FormDialog } from "../../operation/form-dialog";
import { SecretOnce } from "../../operation/secret-once";
import { Link } from "../../shell/link";
import { text } from "../../text";

const words = text.users;
const PASSWORD = "password";

/** The password that was made up, once. */
export function FirstPassword({ answer }: { answer: unknown }) {
  const { user, password } = answer as Schemas["UserWithPasswordView"];
  if (password == null) return <Alert type="success">{words.created}</Alert>;
  return (
    <SecretOnce label={words.password} value={password}>
      <div>{words.passwordHelp}</div>
      <Link to={`/users/${user.id}`}>{user.name}</Link>
    </SecretOnce>
  );
}

export function CreateUser({ onClose }: { onClose: () => void }) {
  const providers = useRead("/api/v1/sign-in-providers").data?.items ?? [];
  return (
    <FormDialog
      title={words.create}
      fields={(said) => ({
        name: { label: words.fields.name, description: words.fields.nameHelp },
        full: { label: words.fields.fullName, description: words.fields.fullNameHelp, optional: true },
        way: {
          kind: "choice",
          label: words.fields.way,
          initial: PASSWORD,
          hidden: providers.length === 0,
          choices: [
            {
              value: PASSWORD,
              label: words.fields.withPassword,
              description: words.fields.withPasswordHelp,
            },
            ...providers.map(({ name }) => ({ value: `provider/${name}`, label: words.byProvider(name) })),
          ],
        },
        subject: {
          label: words.fields.subject,
          description: words.fields.subjectHelp,
          optional: true,
          hidden: (said.way ?? PASSWORD) === PASSWORD,
        },
      })}
      operation={({ name, full, way, subject }) => ({
        title: words.actions.of(words.create, name),
        name,
        touches: ["/api/v1/users"],
        change: change("post", "/api/v1/users", {
          body: {
            name,
            full_name: full,
            ...(way === PASSWORD ? {} : { provider: way.slice("provider/".length) }),
            ...(way === PASSWORD || subject === "" ? {} : { subject }),
          },
        }),
      })}
      result={(answer) => <FirstPassword answer={answer} />}
      onClose={onClose}
    />
  );
}
