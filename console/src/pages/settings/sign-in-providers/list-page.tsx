// All sign-in providers.
import Button from "@cloudscape-design/components/button";

import type { Schemas } from "../../../api/client";
import { useAll } from "../../../api/read";
import { useDialog } from "../../../shell/use-dialog";
import { Help } from "../../../shell/help";
import { usePage } from "../../../shell/page";
import type { Column } from "../../../table/columns";
import { ListTable } from "../../../table/list-table";
import { text } from "../../../text";
import { AddProvider } from "./dialogs";

type Summary = Schemas["ProviderSummary"];

const words = text.signInProviders;

const COLUMNS: Column<Summary>[] = [
  { id: "name", header: words.name, value: ({ name }) => name, width: 240 },
  { id: "start", header: words.start, value: ({ start_url }) => start_url, width: 480 },
];

export default function SignInProvidersPage() {
  usePage(
    words.title,
    [{ text: text.shell.pages.settings, href: "/settings" }],
    <Help title={words.title} words={["group", "seal"]}>
      {words.help}
    </Help>,
  );
  const list = useAll("/api/v1/sign-in-providers");
  const [dialog, open] = useDialog();
  return (
    <>
      <ListTable<Summary>
        name="sign-in-providers"
        title={words.title}
        description={words.description}
        things={words.things}
        list={list}
        columns={COLUMNS}
        idOf={({ name }) => name}
        nameOf={({ name }) => name}
        pageOf={({ name }) => `/settings/sign-in-providers/${encodeURIComponent(name)}`}
        empty={{ title: words.empty, detail: words.emptyDetail }}
        actions={() => (
          <Button variant="primary" onClick={() => open((close) => <AddProvider onClose={close} />)}>
            {words.add}
          </Button>
        )}
      />
      {dialog}
    </>
  );
}
