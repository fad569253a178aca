// Where an account is signed in, and how to end that.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

import type { Change } from "../../api/change";
import type { Schemas } from "../../api/client";
import type { All } from "../../api/read";
import { atMinute, fromNow } from "../../format/time";
import { OperationDialog } from "../../operation/operation-dialog";
import { useDialog } from "../../operation/use-dialog";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";

export type SessionRow = Schemas["SessionRowView"];

const words = text.users.sessions;

const COLUMNS: Column<SessionRow>[] = [
  {
    id: "begun",
    header: words.begun,
    value: (session) => session.created_at,
    cell: (session) => atMinute(session.created_at),
    kind: "time",
  },
  {
    id: "which",
    header: words.which,
    value: (session) =>
      session.only_for != null
        ? words.onlyFor[session.only_for]
        : session.is_this
          ? words.isThis
          : words.other,
  },
  {
    id: "used",
    header: words.used,
    value: (session) => session.used_at,
    cell: (session) => fromNow(session.used_at),
    kind: "time",
  },
  {
    id: "confirmed",
    header: words.confirmed,
    value: (session) => session.confirmed_at,
    cell: (session) => fromNow(session.confirmed_at),
    kind: "time",
  },
  {
    id: "ends",
    header: words.ends,
    value: (session) => session.expires_at,
    cell: (session) => atMinute(session.expires_at),
    kind: "time",
  },
];

interface Props {
  list: All<SessionRow>;
  /** Whose they are. */
  name: string;
  end: (session: SessionRow) => Change;
  /** Further buttons. */
  more?: ReactNode;
  touches: readonly string[];
}

export function Sessions({ list, name, end, more, touches }: Props) {
  const [dialog, open] = useDialog();
  const begin = (session: SessionRow) =>
    open((close) => (
      <OperationDialog
        operation={{ title: words.end, name, change: end(session), touches, untried: true }}
        onClose={close}
      />
    ));
  return (
    <>
      <ListTable<SessionRow>
        name="sessions"
        title={words.title}
        things={words.things}
        headingLevel="h2"
        list={list}
        columns={COLUMNS}
        idOf={({ id }) => id}
        nameOf={({ created_at, is_this }) => (is_this ? words.isThis : words.one(atMinute(created_at)))}
        selection="single"
        empty={{ title: words.empty, detail: words.emptyDetail }}
        actions={([chosen]) => (
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              disabled={chosen === undefined || chosen.is_this}
              onClick={() => chosen !== undefined && begin(chosen)}
            >
              {words.end}
            </Button>
            {more}
          </SpaceBetween>
        )}
      />
      {dialog}
    </>
  );
}
