// A key that was made or got a version, with its page.
import Alert from "@cloudscape-design/components/alert";

import { Link } from "../../shell/link";
import { text } from "../../text";
import type { Key } from "./columns";

const words = text.keys;

export function KeyMade({ answer }: { answer: unknown }) {
  const key = answer as Key;
  return (
    <Alert type="success" header={words.made(key.name, key.current_version)}>
      <Link to={`/keys/${key.id}`}>{words.openKey}</Link>
    </Alert>
  );
}
