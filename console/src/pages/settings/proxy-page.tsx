// Outbound proxies: of each connection its own.
import Button from "@cloudscape-design/components/button";
import { useNavigate } from "react-router";

import type { Schemas } from "../../api/client";
import { useAll } from "../../api/read";
import { Help } from "../../shell/help";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import { useSettingsPage } from "./settings-page";

const words = text.settings.proxy;

type Connection = Schemas["ConnectionView"];

const COLUMNS: Column<Connection>[] = [
  { id: "name", header: words.columns.name, value: ({ name }) => name, width: 220 },
  {
    id: "proxy",
    header: words.columns.proxy,
    value: ({ proxy }) => proxy?.url,
    cell: ({ proxy }) => proxy?.url ?? words.direct,
    width: 280,
  },
  { id: "user", header: words.columns.user, value: ({ proxy }) => proxy?.user, width: 180 },
  { id: "endpoint", header: words.columns.endpoint, value: ({ url }) => url, width: 320 },
];

export default function ProxyPage() {
  useSettingsPage(
    words.title,
    <Help title={words.title} words={["connection"]}>
      {words.help}
    </Help>,
  );
  const navigate = useNavigate();
  const list = useAll("/api/v1/connections");
  return (
    <ListTable<Connection>
      name="proxies"
      title={words.title}
      description={words.description}
      things={words.things}
      list={list}
      columns={COLUMNS}
      idOf={({ id }) => id}
      nameOf={({ name }) => name}
      pageOf={({ id }) => `/connections/${id}`}
      empty={{
        title: words.empty,
        detail: words.emptyDetail,
        action: <Button onClick={() => void navigate("/connections")}>{words.add}</Button>,
      }}
    />
  );
}
