// Whose consent each rule wants, and what people said.
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";

import { exactly } from "../../format/time";
import type { Approval } from "../../operation/operation";
import { text } from "../../text";

const words = text.approvals;
type Need = Approval["needs"][number];
type Decision = Approval["decisions"][number];

function Count({ need }: { need: Need }) {
  const isEnough = need.approved >= need.approvers;
  return (
    <StatusIndicator type={isEnough ? "success" : "pending"}>
      {words.count(need.approved, need.approvers)}
    </StatusIndicator>
  );
}

function Needs({ needs }: { needs: Need[] }) {
  return (
    <Table
      items={needs}
      wrapLines
      header={
        <Header variant="h2" description={words.needsDetail}>
          {words.needs}
        </Header>
      }
      ariaLabels={{ tableLabel: words.needs }}
      columnDefinitions={[
        {
          id: "class",
          header: words.rules.columns.class,
          cell: (need) => words.rules.classes[need.class] ?? need.class,
          isRowHeader: true,
        },
        {
          id: "group",
          header: words.rules.columns.group,
          cell: (need) => need.group ?? words.rules.installation,
        },
        { id: "count", header: words.approved, cell: (need) => <Count need={need} /> },
        {
          id: "people",
          header: words.canApprove,
          cell: (need) => (need.can_approve.length === 0 ? text.shell.none : need.can_approve.join(", ")),
        },
      ]}
    />
  );
}

function Verdict({ of }: { of: Decision }) {
  const isYes = of.verdict === "approve";
  return (
    <StatusIndicator type={isYes ? "success" : "error"}>
      {isYes ? words.verdicts.approve : words.verdicts.reject}
    </StatusIndicator>
  );
}

function Decisions({ decisions }: { decisions: Decision[] }) {
  return (
    <Table
      items={decisions}
      wrapLines
      header={<Header variant="h2">{words.decisions}</Header>}
      ariaLabels={{ tableLabel: words.decisions }}
      empty={<Box textAlign="center">{words.noDecisions}</Box>}
      columnDefinitions={[
        { id: "who", header: words.who, cell: (of) => of.user, isRowHeader: true },
        { id: "verdict", header: words.verdict, cell: (of) => <Verdict of={of} /> },
        { id: "comment", header: words.comment, cell: (of) => of.comment || text.shell.none },
        { id: "at", header: words.at, cell: (of) => exactly(of.at) },
      ]}
    />
  );
}

export function Consent({ request }: { request: Approval }) {
  return (
    <>
      <Needs needs={request.needs} />
      <Box margin={{ top: "l" }}>
        <Decisions decisions={request.decisions} />
      </Box>
    </>
  );
}
