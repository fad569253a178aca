// One application: what it signs in with, and what it is permitted.
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "react-router";

import { useRead } from "../../api/read";
import { atMinute } from "../../format/time";
import { Loaded } from "../../notices/loaded";
import { useNotify } from "../../notices/notices";
import { useDialog } from "../../shell/use-dialog";
import { Help } from "../../shell/help";
import { Link } from "../../shell/link";
import { usePage } from "../../shell/page";
import { useLeave } from "../../shell/use-leave";
import { text } from "../../text";
import { Assignments } from "../../access/assignments";
import { Certificates } from "./certificates";
import {
  ApplicationState,
  EditApplication,
  LockApplication,
  RemoveApplication,
  type Application,
} from "./dialogs";
import { Keys } from "./keys";

const words = text.applications;

function Actions({ application }: { application: Application }) {
  const [dialog, open] = useDialog();
  const leave = useLeave();
  const notify = useNotify();
  const removed = () => {
    notify({ type: "success", content: words.removed(application.name) });
    leave("/applications");
  };
  const begin = (id: string) =>
    open((close) => {
      const props = { application, onClose: close };
      if (id === "edit") return <EditApplication {...props} />;
      if (id === "remove") return <RemoveApplication {...props} onDone={removed} />;
      return <LockApplication {...props} />;
    });
  return (
    <>
      <ButtonDropdown
        onItemClick={({ detail }) => begin(detail.id)}
        items={[
          { id: "edit", text: text.shell.edit },
          { id: "lock", text: application.is_locked ? words.unlock : words.lock },
          { id: "remove", text: text.shell.remove },
        ]}
      >
        {text.table.actions}
      </ButtonDropdown>
      {dialog}
    </>
  );
}

function Details({ application }: { application: Application }) {
  return (
    <Container header={<Header variant="h2">{words.details}</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: words.state, value: <ApplicationState application={application} /> },
          {
            label: words.group,
            value: <Link to={`/groups/${application.group}`}>{application.group_name}</Link>,
          },
          { label: words.descriptionOf, value: application.description || text.shell.none },
          { label: words.created, value: atMinute(application.created_at) },
        ]}
      />
    </Container>
  );
}

export default function ApplicationPage() {
  const { id = "" } = useParams();
  const application = useRead("/api/v1/applications/{application}", { path: { application: id } });
  usePage(
    application.data?.name ?? id,
    [{ text: words.title, href: "/applications" }],
    <Help title={words.title} words={["group", "key", "kmsKey"]}>
      {words.help}
    </Help>,
  );
  return (
    <Loaded of={application}>
      {(data) => (
        <SpaceBetween size="l">
          <Header variant="h1" actions={<Actions application={data} />}>
            {data.name}
          </Header>
          <Details application={data} />
          <Keys application={data} />
          <Certificates application={data} />
          <Assignments
            holder={{ id: `application/${data.id}`, name: data.name }}
            title={words.permitted}
            description={words.permittedHelp}
          />
        </SpaceBetween>
      )}
    </Loaded>
  );
}
