// What waits for the consent of people: mine first.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useMemo, useState } from "react";
import { useNavigate } from "react-router";

import { useAll } from "../../api/read";
import type { Approval } from "../../operation/operation";
import { useMe } from "../../session/session";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import { columnsFor } from "./columns";
import { byTurn, summaryOf } from "../../operation/waiting";

const words = text.approvals;
const ASK_EVERY = 20_000;

export default function ListPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["approval", "plan", "group"]}>
      {words.help}
    </Help>,
  );
  const { name: me } = useMe();
  const navigate = useNavigate();
  const [all, setAll] = useState(false);
  // What others decide is told by no event.
  const list = useAll("/api/v1/approvals", all ? {} : { query: { state: "open" } }, { every: ASK_EVERY });
  const items = useMemo(() => byTurn(list.items, me), [list.items, me]);
  const columns = useMemo(() => columnsFor(me), [me]);
  return (
    <ListTable<Approval>
      name="approvals"
      title={words.title}
      description={words.description}
      things={words.things}
      list={{ ...list, items }}
      columns={columns}
      idOf={(request) => request.id}
      nameOf={summaryOf}
      pageOf={(request) => `/approvals/${request.id}`}
      empty={{ title: words.empty, detail: words.emptyDetail }}
      actions={() => (
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          <Toggle checked={all} onChange={({ detail }) => setAll(detail.checked)}>
            {words.showOver}
          </Toggle>
          <Button
            href="/approvals/rules"
            onFollow={(event) => {
              event.preventDefault();
              void navigate("/approvals/rules");
            }}
          >
            {words.rules.title}
          </Button>
        </SpaceBetween>
      )}
    />
  );
}
