// Who can do something, and why somebody may or may not.
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useRead } from "../../api/read";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import { AskWho } from "./ask-who";
import { AskWhy } from "./ask-why";
import { askable } from "./roles";

const words = text.policies.whoCan;

export default function WhoCanPage() {
  usePage(
    words.title,
    [{ text: text.policies.policies.title, href: "/policies" }],
    <Help title={words.title} words={["group", "approval"]}>
      {words.help}
    </Help>,
  );
  const roles = useRead("/api/v1/roles");
  const groups = useRead("/api/v1/groups");
  const actions = {
    of: [roles],
    choices: askable(roles.data?.items ?? []).map((value) => ({ value })),
  };
  const places = {
    of: [groups],
    choices: (groups.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
  };
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description={words.description}>
        {words.title}
      </Header>
      <AskWho actions={actions} groups={places} />
      <AskWhy actions={actions} groups={places} />
    </SpaceBetween>
  );
}
