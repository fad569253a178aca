// The password that was made up for somebody, which is shown once.
import Alert from "@cloudscape-design/components/alert";

import type { Schemas } from "../api/client";
import { Link } from "../shell/link";
import { text } from "../text";
import { SecretOnce } from "./secret-once";

const words = text.users;

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
