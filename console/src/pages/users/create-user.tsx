// Adding a person: with a password that is made up and shown once, or by a provider.
import { change } from "../../api/change";
import { useRead } from "../../api/read";
import { FirstPassword } from "../../operation/first-password";
import { FormDialog } from "../../operation/form-dialog";
import { text } from "../../text";

const words = text.users;
const PASSWORD = "password";

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
