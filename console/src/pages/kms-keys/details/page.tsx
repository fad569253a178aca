// One KMS key: its head, and a tab for each part of it. The tab is in the address.
import Spinner from "@cloudscape-design/components/spinner";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useNavigate, useParams } from "react-router";

import { useRead } from "../../../api/read";
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
  const { data: kmsKey, error, refetch } = useRead("/api/v1/kms-keys/{kms_key}", { path: { kms_key: id } });
  const navigate = useNavigate();
  const active = TABS.find((one) => one.id === tab) ?? TABS[0];
  usePage(
    kmsKey?.name ?? text.shell.loading,
    [{ text: text.kmsKeys.title, href: "/kms-keys" }],
    <Help title={text.kmsKeys.title} words={["kmsKey", "keyVersion", "materialId", "plan", "drift"]}>
      {words.help}
    </Help>,
  );
  if (kmsKey === undefined) {
    if (error === null) return <Spinner size="large" />;
    return <Missing problem={error.problem} onAgain={() => void refetch()} />;
  }
  return (
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
  );
}
