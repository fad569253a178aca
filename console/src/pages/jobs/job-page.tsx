// One job: how far it is, what it is about, and every try of every step.
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "react-router";

import type { Job } from "../../api/live";
import { useAll, useRead } from "../../api/read";
import { JobState } from "../../format/status";
import { atMinute, exactly, lasting } from "../../format/time";
import { Loaded } from "../../notices/loaded";
import { JobBar, useJobEvery } from "../../operation/job-progress";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import { JobActions } from "./actions";
import { ATTEMPTS, attemptsOf, TARGETS, targetPage } from "./target-columns";

const words = text.jobs;

function took(job: Job): string {
  if (job.finished_at == null) return text.shell.none;
  return lasting(Math.round((Date.parse(job.finished_at) - Date.parse(job.created_at)) / 1000));
}

function Facts({ job }: { job: Job }) {
  return (
    <Container header={<Header variant="h2">{words.progress}</Header>}>
      <SpaceBetween size="l">
        <JobBar job={job} />
        <KeyValuePairs
          columns={4}
          items={[
            { label: words.columns.state, value: <JobState state={job.state} /> },
            { label: words.columns.kind, value: job.kind },
            { label: words.columns.actor, value: job.actor },
            { label: words.columns.priority, value: words.priorities[job.priority] ?? job.priority },
            { label: words.columns.begun, value: exactly(job.created_at) },
            {
              label: words.columns.ended,
              value: job.finished_at == null ? text.shell.none : exactly(job.finished_at),
            },
            { label: words.took, value: took(job) },
            {
              label: words.counts,
              value: words.counted(job.progress.done, job.progress.stuck, job.progress.cancelled),
            },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

export default function JobPage() {
  const { id = "" } = useParams();
  const every = useJobEvery();
  const reading = useRead("/api/v1/jobs/{job}", { path: { job: id } }, { every });
  const targets = useAll("/api/v1/jobs/{job}/targets", { path: { job: id } }, { every });
  const title = reading.data?.title ?? words.one;
  usePage(
    title,
    [{ text: words.title, href: "/jobs" }],
    <Help title={words.one} words={["job", "lane", "kmsKey"]}>
      {words.oneHelp}
    </Help>,
  );
  return (
    <Loaded of={reading}>
      {(job) => (
        <ContentLayout
          header={
            <Header variant="h1" actions={<JobActions job={job} />} description={atMinute(job.created_at)}>
              {job.title}
            </Header>
          }
        >
          <SpaceBetween size="l">
            <Facts job={job} />
            <ListTable
              name="job-targets"
              title={words.targets}
              description={words.targetsDetail}
              things={words.targetThings}
              list={targets}
              columns={TARGETS}
              idOf={(target) => target.id}
              nameOf={(target) => target.subject}
              pageOf={targetPage}
              headingLevel="h2"
              empty={{ title: words.noTargets, detail: words.noTargetsDetail }}
            />
            <ListTable
              name="job-attempts"
              title={words.attempts}
              description={words.attemptsDetail}
              things={words.attemptThings}
              list={{ ...targets, items: attemptsOf(job.targets ?? [], targets.items) }}
              columns={ATTEMPTS}
              idOf={(attempt) => attempt.id}
              nameOf={(attempt) => attempt.step}
              headingLevel="h2"
              empty={{ title: words.noAttempts, detail: words.noAttemptsDetail }}
            />
          </SpaceBetween>
        </ContentLayout>
      )}
    </Loaded>
  );
}
