// One's own settings.
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useMe } from "../../session/session";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import { Memberships } from "../../access/memberships";
import { OwnSessions } from "./own-sessions";
import { Password } from "./password";
import { SecondFactor } from "./second-factor";
import { Tokens } from "./tokens";

const words = text.me;

export default function MePage() {
  const me = useMe();
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["group", "connection"]}>
      {words.help}
    </Help>,
  );
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description={me.name}>
        {words.title}
      </Header>
      <Memberships groups={me.groups ?? []} />
      <Password />
      <SecondFactor />
      <Tokens />
      <OwnSessions />
    </SpaceBetween>
  );
}
