// What in particular was found, and who did it.
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";

import { exactly } from "../../format/time";
import { text } from "../../text";
import { findingsOf, type Finding } from "./findings";

const words = text.alerts.findings;

function Event({ of }: { of: Finding }) {
  if (of.event === undefined) return text.shell.none;
  const at = of.at === undefined ? "" : exactly(of.at);
  return (
    <>
      {of.event}
      <Box color="text-body-secondary" fontSize="body-s">
        {[at, of.from === undefined ? "" : words.from(of.from)].filter((part) => part !== "").join(" ")}
      </Box>
    </>
  );
}

function who(of: Finding): string {
  if (of.state === "own-identity") return words.own(of.by ?? "");
  if (of.by !== undefined) return of.by;
  return of.state === undefined ? text.shell.none : (words.states[of.state] ?? of.state);
}

export function Findings({ details }: { details: Record<string, unknown> }) {
  const findings = findingsOf(details);
  if (findings.length === 0) return null;
  return (
    <Table
      items={findings}
      header={<Header variant="h2">{words.title}</Header>}
      ariaLabels={{ tableLabel: words.title }}
      wrapLines
      columnDefinitions={[
        { id: "region", header: words.region, cell: (of) => of.region ?? text.shell.none, isRowHeader: true },
        { id: "detail", header: words.detail, cell: (of) => of.detail || text.shell.none },
        { id: "by", header: words.by, cell: who },
        { id: "event", header: words.event, cell: (of) => <Event of={of} /> },
      ]}
    />
  );
}
