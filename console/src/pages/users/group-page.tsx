// One group: who is in it, and what belongs to it.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate, useParams } from "react-router";

import { useAll, useRevised, type All, type Revised } from "../../api/read";
import { atMinute } from "../../format/time";
import { WaysIn } from "../../kms-key/ways-in";
import { Loaded } from "../../notices/loaded";
import { useNotify } from "../../notices/notices";
import { useDialog } from "../../shell/use-dialog";
import { Help } from "../../shell/help";
import { Link } from "../../shell/link";
import { usePage } from "../../shell/page";
import { useLeave } from "../../shell/use-leave";
import { text } from "../../text";
import { Assignments } from "../../access/assignments";
import { EditGroup, RemoveGroup, type Group } from "./group-dialogs";

const words = text.users.groups;

interface Owned {
  id: string;
  name: string;
  group: string;
}

function Names({ of, group, at }: { of: All<Owned>; group: Group; at: string }) {
  const owned = of.items.filter((one) => one.group === group.id);
  if (of.error !== null) return of.error.problem.detail;
  if (owned.length === 0) return words.none;
  return (
    <ul className="plain">
      {owned.map(({ id, name }) => (
        <li key={id}>
          <Link to={`${at}/${id}`}>{name}</Link>
        </li>
      ))}
    </ul>
  );
}

function Belongs({ group }: { group: Group }) {
  const navigate = useNavigate();
  const connections = useAll("/api/v1/connections");
  const keystores = useAll("/api/v1/keystores");
  const applications = useAll("/api/v1/applications");
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                onClick={() => void navigate(`/connections/add?group=${encodeURIComponent(group.name)}`)}
              >
                {text.connections.add}
              </Button>
              <WaysIn group={group.id} />
            </SpaceBetween>
          }
        >
          {words.belongs}
        </Header>
      }
    >
      <KeyValuePairs
        columns={4}
        items={[
          { label: words.connections, value: <Names of={connections} group={group} at="/connections" /> },
          { label: words.keystores, value: <Names of={keystores} group={group} at="/keystores" /> },
          { label: words.applications, value: <Names of={applications} group={group} at="/applications" /> },
          {
            label: words.keys,
            value: <Link to={`/keys?group=${encodeURIComponent(group.name)}`}>{words.all}</Link>,
          },
        ]}
      />
    </Container>
  );
}

function Actions({ group }: { group: Revised<Group> }) {
  const [dialog, open] = useDialog();
  const leave = useLeave();
  const notify = useNotify();
  const removed = () => {
    notify({ type: "success", content: words.removed(group.name) });
    leave("/groups");
  };
  return (
    <>
      <SpaceBetween direction="horizontal" size="xs">
        <Button onClick={() => open((close) => <EditGroup group={group} onClose={close} />)}>
          {text.shell.edit}
        </Button>
        <Button
          onClick={() => open((close) => <RemoveGroup group={group} onDone={removed} onClose={close} />)}
        >
          {text.shell.remove}
        </Button>
      </SpaceBetween>
      {dialog}
    </>
  );
}

export default function GroupPage() {
  const { id = "" } = useParams();
  const group = useRevised("/api/v1/groups/{group}", { path: { group: id } });
  usePage(
    group.data?.name ?? id,
    [{ text: words.title, href: "/groups" }],
    <Help title={words.title} words={["group", "keystore", "key"]}>
      {words.help}
    </Help>,
  );
  return (
    <Loaded of={group}>
      {(data) => (
        <SpaceBetween size="l">
          <Header variant="h1" description={data.description} actions={<Actions group={data} />}>
            {data.name}
          </Header>
          <Container header={<Header variant="h2">{text.users.details}</Header>}>
            <KeyValuePairs
              columns={4}
              items={[
                { label: words.name, value: data.name },
                { label: words.descriptionOf, value: data.description || text.shell.none },
                { label: words.created, value: atMinute(data.created_at) || words.fromTheBeginning },
              ]}
            />
          </Container>
          <Assignments
            group={data.id}
            title={text.users.assignments.members}
            description={text.users.assignments.membersHelp}
          />
          <Belongs group={data} />
        </SpaceBetween>
      )}
    </Loaded>
  );
}
