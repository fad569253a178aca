// Who would gain or lose what by a policy, or without it.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { answered, client, type Refused, type Schemas } from "../../api/client";
import { Loaded } from "../../notices/loaded";
import { text } from "../../text";

type Effect = Schemas["EffectView"];

const words = text.policies.effects;
/** So many are shown: a policy about everything has thousands. */
const SHOWN_MAX = 50;

function Shown({ effects, asked, complete }: Schemas["EffectsView"]) {
  const more = effects.length - SHOWN_MAX;
  return (
    <SpaceBetween size="s">
      {!complete && <Alert type="warning">{words.partial}</Alert>}
      <Table<Effect>
        variant="embedded"
        contentDensity="compact"
        wrapLines
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: words.title }}
        items={effects.slice(0, SHOWN_MAX)}
        header={
          <Header variant="h3" counter={`(${effects.length})`} description={words.asked(asked)}>
            {words.title}
          </Header>
        }
        empty={words.none}
        footer={more > 0 ? words.more(more) : undefined}
        columnDefinitions={[
          { id: "who", header: words.who, cell: ({ user }) => user, isRowHeader: true },
          {
            id: "change",
            header: words.change,
            cell: ({ change }) =>
              change === "gains" ? (
                <StatusIndicator type="success">{words.gains}</StatusIndicator>
              ) : (
                <StatusIndicator type="warning">{words.loses}</StatusIndicator>
              ),
          },
          { id: "action", header: words.action, cell: ({ action }) => action },
          { id: "object", header: words.object, cell: ({ object }) => object ?? words.any },
          { id: "group", header: words.where, cell: ({ group }) => group },
          { id: "by", header: words.by, cell: ({ by }) => by.join(", ") },
        ]}
      />
    </SpaceBetween>
  );
}

/** Asks, and shows; without a text, what its removal would do. */
export function Effects({ name, policy }: { name: string; policy?: string }) {
  const body = { name, ...(policy === undefined ? {} : { text: policy }) };
  const effects = useQuery<Schemas["EffectsView"], Refused>({
    queryKey: ["/api/v1/policies/check", body],
    queryFn: async ({ signal }) =>
      (await answered(client.POST("/api/v1/policies/check", { body, signal }))).data,
  });
  return (
    <Box>
      <Loaded of={effects}>{(data) => <Shown {...data} />}</Loaded>
    </Box>
  );
}
