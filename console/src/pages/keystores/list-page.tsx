// All keystores.
import Button from "@cloudscape-design/components/button";
import { useNavigate } from "react-router";

import { useAll } from "../../api/read";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import { COLUMNS } from "./columns";

const words = text.keystores;

export default function ListPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["keystore", "connection", "kmsKey"]}>
      {words.help}
    </Help>,
  );
  const navigate = useNavigate();
  const list = useAll("/api/v1/keystores");
  const create = () => void navigate("/keystores/create");
  return (
    <ListTable
      name="keystores"
      title={words.title}
      description={words.description}
      things={words.things}
      list={list}
      columns={COLUMNS}
      idOf={(keystore) => keystore.id}
      nameOf={(keystore) => keystore.name}
      pageOf={(keystore) => `/keystores/${keystore.id}`}
      empty={{
        title: words.empty,
        detail: words.emptyDetail,
        action: <Button onClick={create}>{words.create}</Button>,
      }}
      actions={() => (
        <Button variant="primary" onClick={create}>
          {words.create}
        </Button>
      )}
    />
  );
}
