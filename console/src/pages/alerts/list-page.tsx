// What is wrong, or soon will be.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { useNavigate } from "react-router";

import { useAll } from "../../api/read";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import { AcknowledgeButton } from "./acknowledge";
import { COLUMNS } from "./columns";
import type { Alert } from "./severity";

const words = text.alerts;

export default function ListPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["drift", "kmsKey", "keystore"]}>
      {words.help}
    </Help>,
  );
  const navigate = useNavigate();
  const [all, setAll] = useState(false);
  const list = useAll("/api/v1/alerts", all ? {} : { query: { open: true } });
  return (
    <ListTable<Alert>
      name="alerts"
      title={words.title}
      description={words.description}
      things={words.things}
      list={list}
      columns={COLUMNS}
      idOf={(alert) => alert.id}
      nameOf={(alert) => `${alert.code} ${alert.name}`}
      pageOf={(alert) => `/alerts/${alert.id}`}
      selection="single"
      empty={{ title: words.empty, detail: words.emptyDetail }}
      actions={([chosen], clear) => (
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          <Toggle checked={all} onChange={({ detail }) => setAll(detail.checked)}>
            {words.showOver}
          </Toggle>
          <AcknowledgeButton alert={chosen} onDone={clear} />
          <Button
            href="/alerts/destinations"
            onFollow={(event) => {
              event.preventDefault();
              void navigate("/alerts/destinations");
            }}
          >
            {words.destinations.title}
          </Button>
        </SpaceBetween>
      )}
    />
  );
}
