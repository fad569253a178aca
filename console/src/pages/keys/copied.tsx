// What a copy made: a key of a group, or KMS keys.
import Alert from "@cloudscape-design/components/alert";

import type { Schemas } from "../../api/client";
import { Link } from "../../shell/link";
import { text } from "../../text";
import type { Key } from "./columns";

const words = text.keys.copy;

export function CopiedView({ answer }: { answer: unknown }) {
  const made = answer as Key | Schemas["StartedView"];
  const links =
    "kms_keys" in made
      ? made.kms_keys.map(({ id, name }) => ({ id, name, to: `/kms-keys/${id}` }))
      : [{ id: made.id, name: made.name, to: `/keys/${made.id}` }];
  return (
    <Alert type="success" header={words.made}>
      {links.map(({ id, name, to }) => (
        <div key={id}>
          <Link to={to}>{name}</Link>
        </div>
      ))}
    </Alert>
  );
}
