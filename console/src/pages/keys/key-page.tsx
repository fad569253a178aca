// One key in the vault.
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { useRead } from "../../api/read";
import { atMinute } from "../../format/time";
import { Loaded } from "../../notices/loaded";
import { Help } from "../../shell/help";
import { Link } from "../../shell/link";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import type { Key } from "./columns";
import { Asked, type Dialog } from "./asked";
import { useGroups } from "./groups";
import { KmsKeysOfKey } from "./kms-keys-of";
import { Links } from "./links";
import { Preparations } from "./preparations";
import { Rotation } from "./rotation";
import { Versions } from "./versions";

const words = text.keys;

function Overview({ of }: { of: Key }) {
  const { groupName } = useGroups();
  const active = of.versions?.filter(({ state }) => state === "active").length ?? 0;
  return (
    <Container>
      <KeyValuePairs
        columns={4}
        items={[
          { label: words.columns.spec, value: `${of.spec} (${of.aws_spec})` },
          { label: words.columns.versions, value: words.activeVersions(active, of.active_versions_max) },
          { label: words.columns.group, value: groupName(of.group) },
          { label: words.columns.created, value: atMinute(of.created_at) },
          { label: words.columns.permitted, value: of.permitted_operations?.join(", ") || text.shell.none },
          { label: words.columns.exportable, value: of.exportable ? text.shell.yes : text.shell.no },
          {
            label: words.edit.destroys,
            value: of.destroy_after_deletion === true ? text.shell.yes : text.shell.no,
          },
          {
            label: words.links.source,
            value:
              of.copied_from == null ? (
                text.shell.none
              ) : (
                <Link to={`/keys/${of.copied_from.source}`}>{words.links.openSource}</Link>
              ),
          },
        ]}
      />
    </Container>
  );
}

function Actions({ of, onDialog }: { of: Key; onDialog: (dialog: Dialog) => void }) {
  const navigate = useNavigate();
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => onDialog("new-version")}>{words.newVersion.open}</Button>
      <ButtonDropdown
        items={words.actions.map(({ id, text: label }) => ({ id, text: label }))}
        onItemClick={({ detail }) => onDialog(detail.id as Dialog)}
      >
        {text.table.actions}
      </ButtonDropdown>
      <Button variant="primary" onClick={() => void navigate(`/kms-keys/upload?key=${of.id}`)}>
        {words.kmsKeys.upload}
      </Button>
    </SpaceBetween>
  );
}

export default function KeyPage() {
  const { id = "" } = useParams();
  const reading = useRead("/api/v1/keys/{key}", { path: { key: id } });
  const [dialog, setDialog] = useState<Dialog>();
  const name = reading.data?.name ?? words.one;
  usePage(
    name,
    [{ text: words.title, href: "/keys" }],
    <Help title={words.one} words={["key", "keyVersion", "import", "kmsKey"]}>
      {words.help}
    </Help>,
  );
  const again = () => void reading.refetch();
  return (
    <Loaded of={reading}>
      {(key) => (
        <SpaceBetween size="l">
          <Header
            variant="h1"
            description={key.description}
            actions={<Actions of={key} onDialog={setDialog} />}
          >
            {key.name}
          </Header>
          <Overview of={key} />
          <Tabs
            ariaLabel={words.parts}
            tabs={[
              {
                id: "versions",
                label: words.versions.heading,
                content: <Versions of={key} refetch={again} />,
              },
              { id: "kms-keys", label: words.kmsKeys.tab, content: <KmsKeysOfKey of={key} /> },
              { id: "links", label: words.links.title, content: <Links of={key} refetch={again} /> },
              {
                id: "rotation",
                label: words.rotation.heading,
                content: <Rotation of={key} onEdit={() => setDialog("rotation")} />,
              },
              {
                id: "downloads",
                label: words.preparations.title,
                content: <Preparations of={key.id} headingLevel="h2" />,
              },
            ]}
          />
          {dialog !== undefined && <Asked dialog={dialog} of={key} onClose={() => setDialog(undefined)} />}
        </SpaceBetween>
      )}
    </Loaded>
  );
}
