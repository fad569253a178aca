// What ends when somebody leaves, before and after.
import Alert from "@cloudscape-design/components/alert";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

import type { Schemas } from "../../api/client";
import { atMinute } from "../../format/time";
import { Link } from "../../shell/link";
import { text } from "../../text";

const words = text.users.leaving;

interface Item {
  id: string;
  shown: ReactNode;
}

function List({ of }: { of: Item[] }) {
  if (of.length === 0) return words.nothing;
  return (
    <ul className="plain">
      {of.map(({ id, shown }) => (
        <li key={id}>{shown}</li>
      ))}
    </ul>
  );
}

function parts({ sessions, tokens, roles, approvals, preparations, jobs }: Schemas["LeavingView"]) {
  const all: [string, Item[]][] = [
    [
      words.sessions,
      sessions.map(({ id, created_at }) => ({ id, shown: words.session(atMinute(created_at)) })),
    ],
    [words.tokens, tokens.map(({ id, name }) => ({ id, shown: name }))],
    [
      words.roles,
      (roles ?? []).map(({ role, group }) => ({
        id: `${role}/${group ?? ""}`,
        shown: words.in(role, group ?? words.installation),
      })),
    ],
    [
      words.approvals,
      (approvals ?? []).map(({ id, action }) => ({
        id,
        shown: <Link to={`/approvals/${id}`}>{action}</Link>,
      })),
    ],
    [words.preparations, preparations.map(({ id, name, reason }) => ({ id, shown: `${name}: ${reason}` }))],
    [words.jobs, jobs.map(({ id, title }) => ({ id, shown: <Link to={`/jobs/${id}`}>{title}</Link> }))],
  ];
  return all.map(([label, items]) => ({ label: `${label} (${items.length})`, value: <List of={items} /> }));
}

export function Leaving({ leaving, isOver }: { leaving: Schemas["LeavingView"]; isOver: boolean }) {
  return (
    <SpaceBetween size="m">
      {isOver ? <Alert type="success">{words.done}</Alert> : <Alert type="warning">{words.forGood}</Alert>}
      <KeyValuePairs columns={2} items={parts(leaving)} />
    </SpaceBetween>
  );
}
