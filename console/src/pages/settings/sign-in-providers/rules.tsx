// Which claims of a provider give which roles.
import { change } from "../../../api/change";
import type { Schemas } from "../../../api/client";
import { useAll, useRead } from "../../../api/read";
import { FormDialog } from "../../../operation/form-dialog";
import { RemovableList } from "../../../operation/removable-list";
import type { Column } from "../../../table/columns";
import { timeColumn } from "../../../table/time-column";
import { text } from "../../../text";
import { TOUCHES } from "./dialogs";

type Rule = Schemas["SignInRuleView"];

const words = text.signInProviders.rules;

const COLUMNS: Column<Rule>[] = [
  { id: "claim", header: words.claim, value: ({ claim }) => claim },
  { id: "value", header: words.value, value: ({ value }) => value },
  { id: "role", header: words.role, value: ({ role }) => role },
  { id: "group", header: words.group, value: ({ group_name }) => group_name ?? words.installation },
  { id: "made_by", header: words.madeBy, value: ({ made_by }) => made_by },
  timeColumn("made_at", words.madeAt, ({ made_at }) => made_at),
];

function AddRule({ provider, onClose }: { provider: string; onClose: () => void }) {
  const readRoles = useRead("/api/v1/roles");
  const roles = readRoles.data?.items ?? [];
  const groups = useRead("/api/v1/groups");
  const isOfGroups = (role: unknown) => roles.find(({ name }) => name === role)?.scope !== "installation";
  return (
    <FormDialog
      title={words.add}
      fields={(said) => ({
        claim: { label: words.claim, description: words.claimHelp, initial: "groups" },
        value: { label: words.value },
        role: {
          kind: "choice",
          label: words.role,
          of: [readRoles],
          choices: roles.map(({ name }) => ({ value: name })),
        },
        group: {
          kind: "choice",
          label: words.group,
          of: [groups],
          choices: (groups.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
          hidden: !isOfGroups(said.role),
        },
      })}
      operation={({ claim, value, role, group }) => ({
        title: words.add,
        name: role,
        touches: TOUCHES,
        change: change("post", "/api/v1/sign-in-providers/{provider}/rules", {
          path: { provider },
          body: { claim, value, role, ...(isOfGroups(role) ? { group } : {}) },
        }),
      })}
      onClose={onClose}
    />
  );
}

export function Rules({ provider }: { provider: string }) {
  const list = useAll("/api/v1/sign-in-providers/{provider}/rules", { path: { provider } });
  const removal = ({ id, claim, value }: Rule) => ({
    title: `${words.remove}: ${words.one(claim, value)}`,
    name: claim,
    touches: TOUCHES,
    change: change("delete", "/api/v1/sign-in-providers/{provider}/rules/{rule}", {
      path: { provider, rule: id },
    }),
  });
  return (
    <RemovableList<Rule>
      name="sign-in-rules"
      title={words.title}
      description={words.description}
      things={words.things}
      headingLevel="h2"
      list={list}
      columns={COLUMNS}
      idOf={({ id }) => id}
      nameOf={({ claim, value }) => words.one(claim, value)}
      empty={{ title: words.empty, detail: words.emptyDetail }}
      remove={{ text: words.remove, operation: removal }}
      add={{ text: words.add, dialog: (close) => <AddRule provider={provider} onClose={close} /> }}
    />
  );
}
