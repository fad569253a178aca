// What holds in a place, and which keys are outside of that.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import type { Schemas } from "../../../api/client";
import { text } from "../../../text";
import { RulesFacts } from "./rules";

export type Effect = Schemas["CryptoPolicyView"];

const words = text.settings.crypto;
const columns = words.outsideColumns;

function Outside({ effect }: { effect: Effect }) {
  const { outside, outside_keys: keys, outside_kms_keys: kmsKeys } = effect;
  if (keys + kmsKeys === 0) return <Box>{words.outsideNone}</Box>;
  const isCut = keys + kmsKeys > outside.length;
  return (
    <SpaceBetween size="s">
      <Alert type="info">{words.outsideKeys(keys, kmsKeys)}</Alert>
      <ExpandableSection headerText={words.outsideTitle}>
        <Table
          variant="embedded"
          contentDensity="compact"
          ariaLabels={{ tableLabel: words.outsideTitle }}
          items={outside}
          columnDefinitions={[
            { id: "name", header: columns.name, cell: ({ name }) => name, isRowHeader: true },
            { id: "kind", header: columns.kind, cell: ({ kind }) => kind },
            { id: "group", header: columns.group, cell: ({ group }) => group },
            { id: "spec", header: columns.spec, cell: ({ spec }) => spec },
            { id: "rules", header: columns.rules, cell: ({ rules }) => rules.join(", ") },
          ]}
          footer={isCut ? words.more(outside.length) : undefined}
        />
      </ExpandableSection>
    </SpaceBetween>
  );
}

export function EffectView({ effect }: { effect: Effect }) {
  return (
    <SpaceBetween size="m">
      <RulesFacts rules={effect.effective} />
      <Outside effect={effect} />
    </SpaceBetween>
  );
}
