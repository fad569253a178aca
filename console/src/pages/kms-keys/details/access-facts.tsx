// Who may use and administer a KMS key.
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";

import type { Schemas } from "../../../api/client";
import { text } from "../../../text";

const words = text.kmsKey.overview;

function Principals({ arns }: { arns: readonly string[] }) {
  if (arns.length === 0) return words.nobody;
  return (
    <ul className="plain">
      {arns.map((arn) => (
        <li key={arn}>{arn}</li>
      ))}
    </ul>
  );
}

export function AccessFacts({ access }: { access: Schemas["KeyAccessView"] }) {
  return (
    <KeyValuePairs
      columns={2}
      minColumnWidth={220}
      items={[
        { label: words.users, value: <Principals arns={access.users} /> },
        { label: words.administrators, value: <Principals arns={access.administrators} /> },
        { label: words.otherAccounts, value: <Principals arns={access.other_accounts} /> },
        { label: words.mayDelete, value: access.administrators_may_delete ? text.shell.yes : text.shell.no },
      ]}
    />
  );
}
