// Alerts about a KMS key that are open.
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";

import type { Schemas } from "../../../api/client";
import { useAll } from "../../../api/read";
import { fromNow } from "../../../format/time";
import { ProblemAlert } from "../../../notices/problem-alert";
import { Link } from "../../../shell/link";
import { text } from "../../../text";
import type { Tab } from "./kms-key";

const words = text.kmsKey.plan;
const KIND = { critical: "error", warning: "warning", info: "info" } as const;

export function AlertsTable({ kmsKey }: Tab) {
  const list = useAll("/api/v1/alerts", { query: { kms_key: kmsKey.id, open: true } });
  if (list.error !== null) return <ProblemAlert isRead problem={list.error.problem} />;
  return (
    <Table<Schemas["AlertView"]>
      items={list.items}
      loading={list.isPending}
      wrapLines
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: words.alerts }}
      header={
        <Header variant="h2" counter={`(${list.items.length})`}>
          {words.alerts}
        </Header>
      }
      empty={<Box textAlign="center">{words.noAlerts}</Box>}
      columnDefinitions={[
        {
          id: "alert",
          header: words.alert,
          cell: ({ id, code, severity }) => (
            <StatusIndicator type={KIND[severity]}>
              <Link to={`/alerts/${id}`}>{code}</Link>
            </StatusIndicator>
          ),
          isRowHeader: true,
        },
        { id: "what", header: words.what, cell: ({ message }) => message },
        { id: "since", header: words.since, cell: ({ opened_at: at }) => fromNow(at) },
      ]}
    />
  );
}
