// A report that was made: who got it, its rows, what its columns mean, and the signed file.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Schemas } from "../../api/client";
import { save } from "../../format/save";
import { exactly } from "../../format/time";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import type { Kind } from "./request-form";
import { cellOf, headerOf, type Report } from "./statement";

const words = text.reports;

type Row = Report["rows"][number] & { place: number };

function Notes({ report }: { report: Report }) {
  if (report.notes.length === 0) return null;
  return (
    <ExpandableSection headerText={words.notes}>
      <KeyValuePairs
        columns={1}
        items={report.notes.map(([column, meaning]) => ({
          label: headerOf(column, words.names),
          value: meaning,
        }))}
      />
    </ExpandableSection>
  );
}

interface Props {
  kind: Kind;
  signed: Schemas["SignedStatementView"];
  report: Report;
  /** Makes it once more. */
  onAgain: () => void;
}

export function ReportView({ kind, signed, report, onAgain }: Props) {
  const rows: Row[] = report.rows.map((row, place) => ({ ...row, place }));
  const file = `report-${kind}-${report.asOf.slice(0, 10)}.json`;
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            description={words.kinds[kind].detail}
            actions={
              <Button
                iconName="download"
                onClick={() => save(file, JSON.stringify(signed), "application/json")}
              >
                {words.download}
              </Button>
            }
          >
            {words.kinds[kind].name}
          </Header>
        }
      >
        <SpaceBetween size="m">
          <KeyValuePairs
            columns={4}
            items={[
              { label: words.asOfThen, value: exactly(report.asOf) },
              { label: words.issuedAt, value: exactly(report.issuedAt) },
              { label: words.issuedTo, value: report.issuedTo },
              {
                label: words.underEntries,
                value: report.size === undefined ? text.shell.none : words.entries(report.size),
              },
            ]}
          />
          <Notes report={report} />
          <ExpandableSection headerText={words.check}>
            {words.checkDetail}
            <pre className="lines">{`keyferry audit verify-report ${file} --key KEY`}</pre>
          </ExpandableSection>
        </SpaceBetween>
      </Container>
      <ListTable<Row>
        key={`${kind}/${report.issuedAt}`}
        name={`report-${kind}`}
        title={words.rows}
        headingLevel="h2"
        things={words.kinds[kind].name.toLowerCase()}
        list={{ items: rows, isPending: false, isPartial: false, error: null, refetch: onAgain }}
        columns={report.columns.map((column) => ({
          id: column,
          header: headerOf(column, words.names),
          value: (row) => {
            const value = row[column];
            return typeof value === "number" || typeof value === "boolean"
              ? value
              : cellOf(value, (time) => time);
          },
          cell: (row) => <Box>{cellOf(row[column], exactly) || text.shell.none}</Box>,
        }))}
        idOf={({ place }) => String(place)}
        nameOf={(row) => cellOf(row[report.columns[0] ?? ""], exactly)}
        empty={{ title: words.empty, detail: words.emptyDetail }}
      />
    </SpaceBetween>
  );
}
