// One KMS key: its head, and a tab for each part of it. The tab is in the address.
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useNavigate, useParams } from "react-router";

import { useRead } from "../../../api/read";
import { Loaded } from "../../../notices/loaded";
import { Help } from "../../../shell/help";
import { usePage } from "../../../shell/page";
import { text } from "../../../text";
import { Banners } from "./banners";
import { Head } from "./head";
import { Missing } from "./missing";
import { TABS } from "./tabs";

const words = text.kmsKey;

export default function DetailsPage() {
  const { id = "", tab = "overview" } = useParams();
  const reading = useRead("/api/v1/kms-keys/{kms_key}", { path: { kms_key: id } });
  const navigate = useNavigate();
  const active = TABS.find((one) => one.id === tab) ?? TABS[0];
  usePage(
    reading.data?.name ?? (reading.error === null ? text.shell.loading : words.missing.name),
    [{ text: text.kmsKeys.title, href: "/kms-keys" }],
    <Help title={text.kmsKeys.title} words={["kmsKey", "keyVersion", "materialId", "plan", "drift"]}>
      {words.help}
    </Help>,
  );
  const { data, error, refetch } = reading;
  if (data === undefined && error !== null) {
    return <Missing problem={error.problem} onAgain={() => void refetch()} />;
  }
  return (
    <Loaded of={reading}>
      {(kmsKey) => (
        <SpaceBetween size="l">
          <Head kmsKey={kmsKey} />
          <Banners kmsKey={kmsKey} />
          <Tabs
            ariaLabel={words.tabs.label}
            activeTabId={active.id}
            onChange={({ detail }) => void navigate(`/kms-keys/${id}/${detail.activeTabId}`)}
            keyboardActivationMode="manual"
            tabs={TABS.map(({ id: name, content: Content }) => ({
              id: name,
              label: words.tabs[name],
              content: <Content kmsKey={kmsKey} />,
            }))}
          />
        </SpaceBetween>
      )}
    </Loaded>
  );
}
