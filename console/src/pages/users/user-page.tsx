// One person: who that is, where it has roles, and where it is signed in.
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "react-router";

import { change } from "../../api/change";
import { useAll, useRevised } from "../../api/read";
import { atMinute } from "../../format/time";
import { Loaded } from "../../notices/loaded";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import { Assignments } from "../../access/assignments";
import { Memberships } from "../../access/memberships";
import { Sessions } from "../../access/sessions";
import { PersonState, wayOf, type User } from "./state";
import { UserActions } from "./user-actions";

const words = text.users;

function Details({ user }: { user: User }) {
  const { columns } = words;
  const items = [
    { label: columns.fullName, value: user.full_name || text.shell.none },
    { label: columns.state, value: <PersonState user={user} /> },
    { label: columns.provider, value: wayOf(user) },
    {
      label: columns.secondFactor,
      value: user.second_factor ? words.recoveryCodes(user.recovery_codes_left) : words.off,
    },
    { label: words.samePerson, value: user.same_person_as.join(", ") || text.shell.none },
    { label: columns.created, value: atMinute(user.created_at) },
    { label: columns.firstPassword, value: user.must_change_password ? words.pending : words.changed },
    ...(user.waits_until == null ? [] : [{ label: columns.waits, value: atMinute(user.waits_until) }]),
    ...(user.offboarded_at == null ? [] : [{ label: words.left, value: atMinute(user.offboarded_at) }]),
  ];
  return (
    <Container header={<Header variant="h2">{words.details}</Header>}>
      <KeyValuePairs columns={4} items={items} />
    </Container>
  );
}

function UserSessions({ user }: { user: User }) {
  const list = useAll("/api/v1/users/{user}/sessions", { path: { user: user.id } });
  return (
    <Sessions
      list={list}
      name={user.name}
      touches={["/api/v1/users", "/api/v1/me"]}
      end={({ id }) =>
        change("delete", "/api/v1/users/{user}/sessions/{session}", { path: { user: user.id, session: id } })
      }
    />
  );
}

export default function UserPage() {
  const { id = "" } = useParams();
  const user = useRevised("/api/v1/users/{user}", { path: { user: id } });
  usePage(
    user.data?.name ?? id,
    [{ text: words.title, href: "/users" }],
    <Help title={words.title} words={["group", "connection"]}>
      {words.help}
    </Help>,
  );
  return (
    <Loaded of={user}>
      {(data) => (
        <SpaceBetween size="l">
          <Header variant="h1" actions={<UserActions user={data} />}>
            {data.name}
          </Header>
          <Details user={data} />
          <Memberships groups={data.groups ?? []} />
          <Assignments holder={{ id: `user/${data.id}`, name: data.name }} />
          <UserSessions user={data} />
        </SpaceBetween>
      )}
    </Loaded>
  );
}
