// Crypto policies: those that were set, and what they amount to.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { change } from "../../../api/change";
import type { Schemas } from "../../../api/client";
import { useAll } from "../../../api/read";
import { OperationDialog } from "../../../operation/operation-dialog";
import { removal } from "../../../operation/removal";
import { useDialog } from "../../../shell/use-dialog";
import { Help } from "../../../shell/help";
import type { Column } from "../../../table/columns";
import { ListTable } from "../../../table/list-table";
import { timeColumn } from "../../../table/time-column";
import { text } from "../../../text";
import { useSettingsPage } from "../settings-page";
import { EffectView, type Effect } from "./effect";
import { Effective } from "./effective";
import { exportOf, outsideOf } from "./rules";
import { SetPolicy, TOUCHES } from "./set-policy";

const words = text.settings.crypto;

type Policy = Schemas["SetCryptoPolicyView"];

function nameOf({ group_name: group }: Policy): string {
  return group ?? words.installation;
}

const COLUMNS: Column<Policy>[] = [
  { id: "where", header: words.columns.where, value: nameOf },
  {
    id: "specs",
    header: words.columns.specs,
    value: ({ rules }) => rules.specs,
    cell: ({ rules }) => rules.specs?.join(", ") ?? words.all,
    width: 260,
  },
  {
    id: "wrapping",
    header: words.columns.wrapping,
    value: ({ rules }) => rules.wrapping,
    cell: ({ rules }) => rules.wrapping?.join(", ") ?? words.all,
  },
  {
    id: "rsa",
    header: words.columns.rsa,
    value: ({ rules }) => rules.rsa_wrapping_min,
    cell: ({ rules }) => words.bits(rules.rsa_wrapping_min),
    kind: "number",
    hidden: true,
  },
  { id: "export", header: words.columns.export, value: ({ rules }) => exportOf(rules) },
  { id: "outside", header: words.columns.outside, value: ({ rules }) => outsideOf(rules), hidden: true },
  timeColumn("changed", words.columns.changed, ({ changed_at: changed }) => changed),
];

function removalOf(policy: Policy) {
  const query: Record<string, string> = policy.group == null ? {} : { group: policy.group };
  return removal({
    title: words.removeTitle(nameOf(policy)),
    name: nameOf(policy),
    change: change("delete", "/api/v1/crypto-policies", { query }),
    touches: TOUCHES,
  });
}

export default function PoliciesPage() {
  useSettingsPage(
    words.title,
    <Help title={words.title} words={["group", "keyVersion"]}>
      {words.help}
    </Help>,
  );
  const list = useAll("/api/v1/crypto-policies");
  const groups = useAll("/api/v1/groups");
  const [dialog, open] = useDialog();
  const set = (policy: Policy | undefined) =>
    open((close) => <SetPolicy group={policy?.group ?? ""} rules={policy?.rules} onClose={close} />);
  const remove = (policy: Policy) =>
    open((close) => (
      <OperationDialog
        operation={removalOf(policy)}
        render={(preview) => <EffectView effect={preview as Effect} />}
        onClose={close}
      />
    ));
  return (
    <SpaceBetween size="l">
      <ListTable<Policy>
        name="crypto-policies"
        title={words.title}
        description={words.description}
        things={words.things}
        list={list}
        columns={COLUMNS}
        idOf={({ group }) => group ?? "installation"}
        nameOf={nameOf}
        selection="single"
        empty={{ title: words.empty, detail: words.emptyDetail }}
        actions={([policy]) => (
          <SpaceBetween direction="horizontal" size="xs">
            <Button disabled={policy === undefined} onClick={() => policy && set(policy)}>
              {words.change}
            </Button>
            <Button disabled={policy === undefined} onClick={() => policy && remove(policy)}>
              {words.remove}
            </Button>
            <Button variant="primary" onClick={() => set(undefined)}>
              {words.set}
            </Button>
          </SpaceBetween>
        )}
      />
      <Effective groups={groups} />
      {dialog}
    </SpaceBetween>
  );
}
