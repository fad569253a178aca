// All policies of one's own.
import Button from "@cloudscape-design/components/button";

import { useAll } from "../../api/read";
import { useDialog } from "../../shell/use-dialog";
import { Help } from "../../shell/help";
import { Link } from "../../shell/link";
import { usePage } from "../../shell/page";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import { EditPolicy, type Policy } from "./policy-dialogs";

const words = text.policies.policies;

const COLUMNS: Column<Policy>[] = [
  { id: "name", header: words.name, value: (policy) => policy.name },
  { id: "text", header: words.text, value: (policy) => policy.text, unfiltered: true, width: 560 },
  {
    id: "revision",
    header: words.revision,
    value: (policy) => policy.revision,
    kind: "number",
    hidden: true,
  },
  timeColumn("created", words.created, (policy) => policy.created_at),
];

export default function PoliciesPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["group", "approval"]}>
      {words.help}
    </Help>,
  );
  const list = useAll("/api/v1/policies");
  const [dialog, open] = useDialog();
  const add = (
    <Button variant="primary" onClick={() => open((close) => <EditPolicy onClose={close} />)}>
      {words.add}
    </Button>
  );
  return (
    <>
      <ListTable<Policy>
        name="policies"
        title={words.title}
        description={
          <>
            {words.description} <Link to="/who-can">{text.policies.whoCan.title}</Link>
          </>
        }
        things={words.things}
        list={list}
        columns={COLUMNS}
        idOf={(policy) => policy.name}
        nameOf={(policy) => policy.name}
        pageOf={(policy) => `/policies/${encodeURIComponent(policy.name)}`}
        empty={{ title: words.empty, detail: words.emptyDetail }}
        actions={() => add}
      />
      {dialog}
    </>
  );
}
