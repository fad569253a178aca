// All connections.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";

import { useAll } from "../../api/read";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import { COLUMNS } from "./columns";
import { RowActions } from "./row-actions";
import { TestButton } from "./test-button";

const words = text.connections;

export default function ListPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["connection", "keystore", "lane"]}>
      {words.help}
    </Help>,
  );
  const navigate = useNavigate();
  const list = useAll("/api/v1/connections");
  const add = () => void navigate("/connections/add");
  return (
    <ListTable
      name="connections"
      title={words.title}
      description={words.description}
      things={words.things}
      list={list}
      columns={COLUMNS}
      idOf={(connection) => connection.id}
      nameOf={(connection) => connection.name}
      pageOf={(connection) => `/connections/${connection.id}`}
      empty={{
        title: words.empty,
        detail: words.emptyDetail,
        action: <Button onClick={add}>{words.add}</Button>,
      }}
      selection="single"
      actions={([chosen]) => (
        <SpaceBetween direction="horizontal" size="xs">
          {chosen !== undefined && <TestButton connection={chosen} />}
          <RowActions of={chosen} />
          <Button variant="primary" onClick={add}>
            {words.add}
          </Button>
        </SpaceBetween>
      )}
    />
  );
}
