// Who can do something in a group?
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { forget } from "../../api/live";
import { useRead } from "../../api/read";
import { Loaded } from "../../notices/loaded";
import { LabelledField, type Choices } from "../../operation/fields";
import { text } from "../../text";

const words = text.policies.whoCan;
/** Whoever asks again wants to know how it is now. */
const ANSWERS = ["/api/v1/authorization"];

function Answer({ action, group }: { action: string; group: string }) {
  const who = useRead("/api/v1/authorization/who-can", { query: { action, group } });
  return (
    <Loaded of={who}>
      {({ items }) => (
        <Table
          variant="embedded"
          enableKeyboardNavigation
          ariaLabels={{ tableLabel: words.who }}
          items={items}
          empty={<Box textAlign="center">{words.nobody}</Box>}
          columnDefinitions={[
            { id: "user", header: words.user, cell: ({ user }) => user, isRowHeader: true },
            { id: "by", header: words.by, cell: ({ by }) => by.join(", ") },
          ]}
        />
      )}
    </Loaded>
  );
}

export function AskWho({ actions, groups }: Record<"actions" | "groups", Choices>) {
  const [action, setAction] = useState("");
  const [group, setGroup] = useState("");
  const [asked, ask] = useState<{ action: string; group: string }>();
  const queries = useQueryClient();
  const put = () => {
    forget(queries, ANSWERS);
    ask({ action, group });
  };
  return (
    <Container header={<Header variant="h2">{words.who}</Header>}>
      <SpaceBetween size="m">
        <LabelledField
          field={{ kind: "choice", label: words.action, ...actions }}
          value={action}
          onSay={(value) => setAction(String(value))}
        />
        <LabelledField
          field={{ kind: "choice", label: words.group, ...groups }}
          value={group}
          onSay={(value) => setGroup(String(value))}
        />
        <Button disabled={action === "" || group === ""} onClick={put}>
          {words.ask}
        </Button>
        {asked !== undefined && <Answer {...asked} />}
      </SpaceBetween>
    </Container>
  );
}
