// Which actions want the consent of how many other people.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { useAll } from "../../api/read";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import { nameOf, removalOf, type Rule } from "./rule";
import { SetRule } from "./set-rule";

const words = text.approvals.rules;

const COLUMNS: Column<Rule>[] = [
  { id: "class", header: words.columns.class, value: (rule) => words.classes[rule.class] ?? rule.class },
  {
    id: "group",
    header: words.columns.group,
    value: (rule) => rule.group_name ?? rule.group ?? words.installation,
  },
  { id: "approvers", header: words.columns.approvers, value: (rule) => rule.approvers, kind: "number" },
  {
    id: "hours",
    header: words.columns.hours,
    value: (rule) => rule.hours,
    cell: (rule) => words.waits(rule.hours),
    kind: "number",
  },
  {
    id: "meaning",
    header: words.columns.meaning,
    value: (rule) => words.meanings[rule.class],
    width: 480,
    unfiltered: true,
  },
  timeColumn("changed", words.columns.changed, (rule) => rule.changed_at),
];

function Actions({ chosen, clear }: { chosen: Rule | undefined; clear: () => void }) {
  const [operation, setOperation] = useState<Operation>();
  const [setting, setSetting] = useState(false);
  return (
    <>
      <SpaceBetween direction="horizontal" size="xs">
        <Button
          disabled={chosen === undefined}
          onClick={() => chosen !== undefined && setOperation(removalOf(chosen))}
        >
          {text.shell.remove}
        </Button>
        <Button variant="primary" onClick={() => setSetting(true)}>
          {words.set}
        </Button>
      </SpaceBetween>
      {operation !== undefined && (
        <OperationDialog
          operation={operation}
          render={() => words.removeDetail}
          onDone={clear}
          onClose={() => setOperation(undefined)}
        />
      )}
      {setting && <SetRule chosen={chosen} onClose={() => setSetting(false)} />}
    </>
  );
}

export default function RulesPage() {
  usePage(
    words.title,
    [{ text: text.approvals.title, href: "/approvals" }],
    <Help title={words.title} words={["approval", "group"]}>
      {words.help}
    </Help>,
  );
  const list = useAll("/api/v1/approval-rules");
  return (
    <ListTable<Rule>
      name="approval-rules"
      title={words.title}
      description={words.description}
      things={words.things}
      list={list}
      columns={COLUMNS}
      idOf={(rule) => `${rule.class}/${rule.group ?? ""}`}
      nameOf={nameOf}
      selection="single"
      empty={{ title: words.empty, detail: words.emptyDetail }}
      actions={([chosen], clear) => <Actions chosen={chosen} clear={clear} />}
    />
  );
}
