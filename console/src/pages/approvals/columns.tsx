// What the list of requests shows.
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import type { Approval } from "../../operation/operation";
import { atMinute, fromNow } from "../../format/time";
import type { Column } from "../../table/columns";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import { missing, summaryOf, turnOf } from "../../operation/waiting";

const words = text.approvals;

const KINDS: Record<string, StatusIndicatorProps.Type> = {
  open: "pending",
  used: "success",
  rejected: "error",
  expired: "stopped",
  cancelled: "stopped",
  changed: "warning",
};

function stateOf({ state, ready }: Approval): string {
  return state === "open" && ready ? words.ready : (words.states[state] ?? state);
}

export function RequestState({ request }: { request: Approval }) {
  const kind = request.state === "open" && request.ready ? "success" : (KINDS[request.state] ?? "info");
  return <StatusIndicator type={kind}>{stateOf(request)}</StatusIndicator>;
}

/** Such as `1 of bob, carol`. */
export function missingOf(request: Approval): string[] {
  if (request.state !== "open") return [];
  return missing(request).map(({ approvers, approved, can_approve: people }) =>
    words.missing(approvers - approved, people),
  );
}

export function columnsFor(me: string): Column<Approval>[] {
  return [
    { id: "what", header: words.columns.what, value: summaryOf, width: 300 },
    {
      id: "turn",
      header: words.columns.turn,
      value: (request) => words.turns[turnOf(request, me)],
      width: 150,
    },
    {
      id: "state",
      header: words.columns.state,
      value: stateOf,
      cell: (request) => <RequestState request={request} />,
    },
    { id: "missing", header: words.columns.missing, value: missingOf, width: 220 },
    { id: "requester", header: words.columns.requester, value: (request) => request.requester },
    { id: "reason", header: words.columns.reason, value: (request) => request.reason, width: 240 },
    timeColumn("asked", words.columns.asked, (request) => request.created_at),
    {
      id: "expires",
      header: words.columns.expires,
      value: (request) => request.expires_at,
      cell: ({ expires_at: at, state }) => (state === "open" ? fromNow(at) : atMinute(at)),
      kind: "time",
    },
    { id: "action", header: words.columns.action, value: (request) => request.action, hidden: true },
  ];
}
