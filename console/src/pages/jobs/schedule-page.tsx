// One schedule: what rotates by itself, by which rule, when next, and how it went.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useParams } from "react-router";

import { useRead } from "../../api/read";
import { subjectPage } from "../../format/subject";
import { atMinute } from "../../format/time";
import { Loaded } from "../../notices/loaded";
import { Help } from "../../shell/help";
import { Link } from "../../shell/link";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import { EditSchedule } from "./edit-schedule";
import { RemoveSchedule } from "./remove-schedule";
import { kindOf, type Schedule } from "./schedule-columns";
import { ScheduleFacts } from "./schedule-facts";
import { ScheduleRuns } from "./schedule-runs";
import type { Scheduled } from "./scheduled";
import { useScheduled } from "./use-scheduled";

const words = text.jobs.schedule;

/** Nothing is there under that name, or not any more. */
function Gone({ subject }: { subject: string }) {
  const page = subjectPage(subject);
  return (
    <Alert type="info" header={words.gone}>
      <SpaceBetween size="xs">
        {words.goneDetail}
        {page !== undefined && <Link to={page}>{kindOf({ subject })}</Link>}
        <Link to="/schedules">{words.toList}</Link>
      </SpaceBetween>
    </Alert>
  );
}

function Refusal({ since }: { since: string }) {
  return (
    <Alert type="warning" header={words.refused}>
      {words.refusedDetail(atMinute(since))} <Link to="/alerts">{words.toAlerts}</Link>
    </Alert>
  );
}

interface PartsProps {
  schedule: Schedule;
  scheduled: Scheduled | undefined;
  onAct: (act: "edit" | "remove") => void;
}

function Parts({ schedule, scheduled, onAct }: PartsProps) {
  const { subject, name, refused_since: refused } = schedule;
  const isThere = scheduled !== undefined;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={words.of(kindOf(schedule), name)}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button disabled={!isThere} onClick={() => onAct("remove")}>
                {words.remove}
              </Button>
              <Button variant="primary" disabled={!isThere} onClick={() => onAct("edit")}>
                {words.edit}
              </Button>
            </SpaceBetween>
          }
        >
          {name}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {refused != null && <Refusal since={refused} />}
        <ScheduleFacts schedule={schedule} scheduled={scheduled} />
        <ScheduleRuns
          kind={subject.startsWith("key:") ? "key" : "kms-key"}
          id={subject.slice(subject.indexOf(":") + 1)}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}

export default function SchedulePage() {
  const { subject = "" } = useParams();
  const reading = useRead("/api/v1/schedules/{schedule}", { path: { schedule: subject } });
  const scheduled = useScheduled(
    subject.slice(0, subject.indexOf(":")),
    subject.slice(subject.indexOf(":") + 1),
  );
  const [act, setAct] = useState<"edit" | "remove">();
  const name = reading.data?.name ?? words.one;
  usePage(
    name,
    [{ text: text.jobs.schedules.title, href: "/schedules" }],
    <Help title={words.one} words={["kmsKey", "key", "keyVersion", "job"]}>
      {words.help}
    </Help>,
  );
  const close = () => setAct(undefined);
  return (
    <>
      {reading.error?.problem.status === 404 ? (
        <Gone subject={subject} />
      ) : (
        <Loaded of={reading}>
          {(schedule) => <Parts schedule={schedule} scheduled={scheduled} onAct={setAct} />}
        </Loaded>
      )}
      {act === "edit" && scheduled !== undefined && (
        <EditSchedule of={scheduled} name={name} onClose={close} />
      )}
      {act === "remove" && scheduled !== undefined && (
        <RemoveSchedule of={scheduled} name={name} onClose={close} />
      )}
    </>
  );
}
