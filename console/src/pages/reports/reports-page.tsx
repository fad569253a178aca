// Reports: what there is, or was at a moment, signed.
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useMutation } from "@tanstack/react-query";

import { problemOf, Refused, type Schemas } from "../../api/client";
import { read } from "../../api/read";
import { ProblemAlert } from "../../notices/problem-alert";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import { ReportView } from "./report-view";
import { RequestForm, type Wanted } from "./request-form";
import { reportOf, type Report } from "./statement";

const words = text.reports;

const ROUTES = {
  keys: "/api/v1/reports/keys",
  access: "/api/v1/reports/access",
  rotation: "/api/v1/reports/rotation",
  approvals: "/api/v1/reports/approvals",
} as const;

interface Made {
  wanted: Wanted;
  signed: Schemas["SignedStatementView"];
  report: Report;
}

async function make(wanted: Wanted): Promise<Made> {
  const { kind, asOf } = wanted;
  const signed = await read(ROUTES[kind], asOf === undefined ? {} : { query: { as_of: asOf } });
  const report = reportOf(signed.statement);
  if (report === undefined) throw new Refused(problemOf(-1, words.unreadable));
  return { wanted, signed, report };
}

function Controls() {
  return (
    <ExpandableSection headerText={words.controls} variant="container">
      <SpaceBetween size="m">
        {words.controlsDetail}
        <Table
          variant="embedded"
          ariaLabels={{ tableLabel: words.controls }}
          items={[...words.controlsRows]}
          columnDefinitions={[
            { id: "asked", header: words.controlsAsk, cell: ([asked]) => asked, isRowHeader: true },
            { id: "shows", header: words.controlsShow, cell: ([, shows]) => shows },
          ]}
        />
      </SpaceBetween>
    </ExpandableSection>
  );
}

export default function ReportsPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["key", "keyVersion", "approval"]}>
      {words.help}
    </Help>,
  );
  const making = useMutation<Made, Refused, Wanted>({ mutationFn: make });
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={words.description}>
          {words.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Container>
          <RequestForm isMaking={making.isPending} onMake={(wanted) => making.mutate(wanted)} />
        </Container>
        {making.error !== null && <ProblemAlert problem={making.error.problem} />}
        {making.data !== undefined && (
          <ReportView
            kind={making.data.wanted.kind}
            signed={making.data.signed}
            report={making.data.report}
            onAgain={() => making.mutate(making.data.wanted)}
          />
        )}
        <Controls />
      </SpaceBetween>
    </ContentLayout>
  );
}
