// Where an account is signed in, and how to end that.
import type { ReactNode } from "react";

import type { Change } from "../api/change";
import type { Schemas } from "../api/client";
import type { All } from "../api/read";
import { exactly, fromNow } from "../format/time";
import { RemovableList } from "../operation/removable-list";
import type { Column } from "../table/columns";
import { timeColumn } from "../table/time-column";
import { text } from "../text";

export type SessionRow = Schemas["SessionRowView"];

const words = text.users.sessions;

const COLUMNS: Column<SessionRow>[] = [
  timeColumn("begun", words.begun, (session) => session.created_at),
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
  timeColumn("ends", words.ends, (session) => session.expires_at),
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
  const ending = (session: SessionRow) => ({
    title: words.end,
    name,
    change: end(session),
    touches,
    untried: true,
  });
  return (
    <RemovableList<SessionRow>
      name="sessions"
      title={words.title}
      things={words.things}
      headingLevel="h2"
      list={list}
      columns={COLUMNS}
      idOf={({ id }) => id}
      nameOf={({ created_at, is_this }) => (is_this ? words.isThis : words.one(exactly(created_at)))}
      empty={{ title: words.empty, detail: words.emptyDetail }}
      remove={{ text: words.end, operation: ending, fits: ({ is_this }) => !is_this }}
      more={more}
    />
  );
}
