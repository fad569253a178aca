// All applications.
import Button from "@cloudscape-design/components/button";

import { useAll } from "../../api/read";
import { useDialog } from "../../shell/use-dialog";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import { ApplicationState, CreateApplication, type Application } from "./dialogs";

const words = text.applications;

const COLUMNS: Column<Application>[] = [
  { id: "name", header: words.name, value: (application) => application.name },
  {
    id: "state",
    header: words.state,
    value: (application) => (application.is_locked ? words.locked : words.active),
    cell: (application) => <ApplicationState application={application} />,
  },
  { id: "group", header: words.group, value: (application) => application.group_name },
  { id: "description", header: words.descriptionOf, value: (application) => application.description },
  timeColumn("created", words.created, (application) => application.created_at),
];

export default function ApplicationsPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["group", "key", "kmsKey"]}>
      {words.help}
    </Help>,
  );
  const list = useAll("/api/v1/applications");
  const [dialog, open] = useDialog();
  return (
    <>
      <ListTable<Application>
        name="applications"
        title={words.title}
        description={words.description}
        things={words.things}
        list={list}
        columns={COLUMNS}
        idOf={(application) => application.id}
        nameOf={(application) => application.name}
        pageOf={(application) => `/applications/${application.id}`}
        empty={{ title: words.empty, detail: words.emptyDetail }}
        actions={() => (
          <Button variant="primary" onClick={() => open((close) => <CreateApplication onClose={close} />)}>
            {words.create}
          </Button>
        )}
      />
      {dialog}
    </>
  );
}
