// Choosing who may use and administer a KMS key, from the users and roles of its account.
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useMemo, useState } from "react";

import type { Schemas } from "../../../api/client";
import { OperationDialog } from "../../../operation/operation-dialog";
import { text } from "../../../text";
import { update, type KmsKey } from "./kms-key";
import { PrincipalsField } from "./principals-field";

const words = text.kmsKey.policy;

function accountsOf(typed: string): string[] {
  return typed.split(/[\s,]+/).filter((account) => account !== "");
}

/** The id of an account, which the policy may name by the ARN of its root. */
function idOf(account: string): string {
  return /^arn:[^:]+:iam::(\d{12}):root$/.exec(account)?.[1] ?? account;
}

function areAccounts(accounts: string[]): boolean {
  return accounts.every((account) => /^\d{12}$/.test(account));
}

/** What differs from what is. */
function changed(
  before: Schemas["KeyAccessView"],
  after: Schemas["KeyAccessView"],
): Schemas["AccessChangeRequest"] | undefined {
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  const { users, administrators, other_accounts, administrators_may_delete } = after;
  const change = {
    ...(same(users, before.users) ? {} : { users }),
    ...(same(administrators, before.administrators) ? {} : { administrators }),
    ...(same(other_accounts, before.other_accounts) ? {} : { other_accounts }),
    ...(administrators_may_delete === before.administrators_may_delete ? {} : { administrators_may_delete }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

export function AccessDialog({ kmsKey: looked, onClose }: { kmsKey: KmsKey; onClose: () => void }) {
  // As it was when the dialog was opened: what comes of it does not change the question.
  const [kmsKey] = useState(looked);
  const { connection, name } = kmsKey;
  const [access] = useState({ ...kmsKey.access, other_accounts: kmsKey.access.other_accounts.map(idOf) });
  const [users, setUsers] = useState(access.users);
  const [administrators, setAdministrators] = useState(access.administrators);
  const [mayDelete, setMayDelete] = useState(access.administrators_may_delete);
  const [typed, setTyped] = useState(access.other_accounts.join(", "));
  const accounts = useMemo(() => accountsOf(typed), [typed]);
  const isValid = areAccounts(accounts);
  const operation = useMemo(() => {
    const change = changed(access, {
      users,
      administrators,
      other_accounts: accounts,
      administrators_may_delete: mayDelete,
    });
    if (change === undefined || !isValid) return undefined;
    return update(kmsKey, words.changeTitle(name), { access: change });
  }, [kmsKey, name, access, users, administrators, accounts, mayDelete, isValid]);
  return (
    <OperationDialog
      operation={operation}
      title={words.changeTitle(name)}
      onClose={onClose}
      fields={
        <SpaceBetween size="m">
          <PrincipalsField
            connection={connection}
            label={words.users}
            description={words.usersDetail}
            chosen={users}
            onChoose={setUsers}
          />
          <PrincipalsField
            connection={connection}
            label={words.administrators}
            description={words.administratorsDetail}
            chosen={administrators}
            onChoose={setAdministrators}
          />
          <Toggle checked={mayDelete} onChange={({ detail }) => setMayDelete(detail.checked)}>
            {words.mayDelete}
          </Toggle>
          <FormField
            label={words.otherAccounts}
            description={words.otherAccountsDetail}
            errorText={isValid ? undefined : words.badAccount}
          >
            <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} />
          </FormField>
        </SpaceBetween>
      }
    />
  );
}
