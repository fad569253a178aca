// One role: what it allows, and who has it.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "react-router";

import { useRead } from "../../api/read";
import { Loaded } from "../../notices/loaded";
import { useNotify } from "../../notices/notices";
import { useDialog } from "../../shell/use-dialog";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { useLeave } from "../../shell/use-leave";
import { text } from "../../text";
import { Assignments } from "../../access/assignments";
import { EditRole, RemoveRole } from "./role-dialogs";
import { byNoun, describe, type Role } from "./roles";

const words = text.policies.roles;

function Actions({ role }: { role: Role }) {
  const [dialog, open] = useDialog();
  const leave = useLeave();
  const notify = useNotify();
  if (role.built_in === true) return null;
  const removed = () => {
    notify({ type: "success", content: words.removed(role.name) });
    leave("/roles");
  };
  return (
    <>
      <SpaceBetween direction="horizontal" size="xs">
        <Button onClick={() => open((close) => <EditRole role={role} onClose={close} />)}>
          {text.shell.edit}
        </Button>
        <Button onClick={() => open((close) => <RemoveRole role={role} onDone={removed} onClose={close} />)}>
          {text.shell.remove}
        </Button>
      </SpaceBetween>
      {dialog}
    </>
  );
}

function Details({ role }: { role: Role }) {
  return (
    <Container header={<Header variant="h2">{text.users.details}</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: words.kind, value: role.built_in === true ? words.builtIn : words.own },
          {
            label: words.scope,
            value: text.policies.scope[role.scope === "group" ? "group" : "installation"],
          },
          { label: words.excludes, value: role.excludes.join(", ") || text.shell.none },
        ]}
      />
    </Container>
  );
}

export default function RolePage() {
  const { id = "" } = useParams();
  const role = useRead("/api/v1/roles/{role}", { path: { role: id } });
  usePage(
    id,
    [{ text: words.title, href: "/roles" }],
    <Help title={words.title} words={["group", "approval"]}>
      {words.help}
    </Help>,
  );
  return (
    <Loaded of={role}>
      {(data) => (
        <SpaceBetween size="l">
          <Header variant="h1" description={describe(data)} actions={<Actions role={data} />}>
            {data.name}
          </Header>
          <Details role={data} />
          <Container
            header={
              <Header variant="h2" counter={`(${data.actions.length})`}>
                {words.allows}
              </Header>
            }
          >
            <KeyValuePairs
              columns={3}
              items={byNoun(data.actions).map(([noun, verbs]) => ({ label: noun, value: verbs.join(", ") }))}
            />
          </Container>
          <Assignments role={data.name} title={words.holders} />
        </SpaceBetween>
      )}
    </Loaded>
  );
}
