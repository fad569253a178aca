// One keystore: its facts, its KMS keys, what was found in its account, and its settings.
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { useParams } from "react-router";

import { useRead } from "../../api/read";
import { Loaded } from "../../notices/loaded";
import { SyncDialog } from "../../operation/sync-dialog";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import { DeleteDialog } from "./delete-dialog";
import { DetailsDialog } from "./details-dialog";
import { FactsPart } from "./facts-part";
import { FoundPart } from "./found-part";
import type { Keystore } from "./keystore";
import { KmsKeysPart } from "./kms-keys-part";
import { RotateDialog } from "./rotate-dialog";
import { SettingsPart } from "./settings-part";

const words = text.keystores;
const DIALOGS = { sync: SyncDialog, rotate: RotateDialog, edit: DetailsDialog, delete: DeleteDialog };

function Details({ keystore }: { keystore: Keystore }) {
  const [open, setOpen] = useState<keyof typeof DIALOGS>();
  const Dialog = open === undefined ? undefined : DIALOGS[open];
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={keystore.description}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => setOpen("sync")}>{words.page.sync}</Button>
            <Button onClick={() => setOpen("rotate")}>{words.page.rotate}</Button>
            <ButtonDropdown
              items={[
                { id: "edit", text: words.page.edit },
                { id: "delete", text: words.page.delete },
              ]}
              onItemClick={({ detail }) => setOpen(detail.id as keyof typeof DIALOGS)}
            >
              {words.page.actions}
            </ButtonDropdown>
          </SpaceBetween>
        }
      >
        {keystore.name}
      </Header>
      <FactsPart keystore={keystore} />
      <Tabs
        ariaLabel={keystore.name}
        tabs={[
          { id: "kms-keys", label: words.page.kmsKeys, content: <KmsKeysPart keystore={keystore} /> },
          { id: "found", label: words.page.found, content: <FoundPart keystore={keystore} /> },
          { id: "settings", label: words.page.settings, content: <SettingsPart keystore={keystore} /> },
        ]}
      />
      {Dialog !== undefined && <Dialog keystore={keystore} onClose={() => setOpen(undefined)} />}
    </SpaceBetween>
  );
}

export default function DetailsPage() {
  const { id = "" } = useParams();
  const reading = useRead("/api/v1/keystores/{keystore}", { path: { keystore: id } });
  usePage(
    reading.data?.name ?? words.title,
    [{ text: words.title, href: "/keystores" }],
    <Help title={words.title} words={["keystore", "connection", "kmsKey", "drift"]}>
      {words.help}
    </Help>,
  );
  return <Loaded of={reading}>{(data) => <Details keystore={data} />}</Loaded>;
}
