// What somebody should look at now.
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";

import { useMe } from "../../session/session";
import { text } from "../../text";
import { turnOf } from "../../operation/waiting";
import { address, expiringSoon, rotatingSoon } from "./figures";
import {
  useAlerts,
  useConnections,
  useJobs,
  useJobsUnderWay,
  useKmsKeys,
  useSchedules,
  useWaiting,
} from "./lists";
import { Number } from "./number";

const words = text.dashboard.attention;
const DRIFT = "drift.";

function Alerts() {
  const alerts = useAlerts();
  const critical = alerts.items.filter(({ severity }) => severity === "critical").length;
  const drift = alerts.items.filter(({ code }) => code.startsWith(DRIFT)).length;
  return (
    <>
      <Number
        label={words.alerts}
        count={alerts.items.length}
        to="/alerts"
        of={alerts}
        tone={critical > 0 ? "error" : "warning"}
        note={critical > 0 ? words.critical(critical) : undefined}
      />
      <Number
        label={words.drift}
        count={drift}
        to={address("/alerts", ["code", `:${DRIFT}`])}
        of={alerts}
        tone="warning"
      />
    </>
  );
}

function Approvals() {
  const waiting = useWaiting();
  const { name: me } = useMe();
  const mine = waiting.items.filter((request) => turnOf(request, me) === "decide").length;
  const ready = waiting.items.filter((request) => turnOf(request, me) === "run").length;
  const { turns } = text.approvals;
  return (
    <>
      <Number
        label={words.approvals}
        count={mine}
        to={address("/approvals", ["turn", turns.decide])}
        of={waiting}
        tone="warning"
      />
      <Number
        label={words.ready}
        count={ready}
        to={address("/approvals", ["turn", turns.run])}
        of={waiting}
      />
    </>
  );
}

function Jobs() {
  const stuck = useJobs("stuck");
  const underWay = useJobsUnderWay();
  return (
    <>
      <Number
        label={words.stuck}
        count={stuck.items.length}
        to={address("/jobs", ["state", text.states.job.stuck])}
        of={stuck}
        tone="error"
      />
      <Number
        label={words.underWay}
        count={underWay.items.length}
        to={address("/jobs", ["under_way", "yes"])}
        of={underWay}
      />
    </>
  );
}

function Soon({ now }: { now: number }) {
  const keys = useKmsKeys();
  const schedules = useSchedules();
  return (
    <>
      <Number label={words.expiring} {...expiringSoon(keys.items, now)} of={keys} tone="warning" />
      <Number label={words.rotating} {...rotatingSoon(schedules.items, now)} of={schedules} />
    </>
  );
}

function Links() {
  const connections = useConnections();
  const broken = connections.items.filter(({ health }) => health.state === "not-connected").length;
  return (
    <Number
      label={words.broken}
      count={broken}
      to={address("/connections", ["health", text.states.link["not-connected"]])}
      of={connections}
      tone="warning"
    />
  );
}

export function Attention({ now }: { now: number }) {
  return (
    <Container header={<Header variant="h2">{words.title}</Header>}>
      <div className="numbers">
        <Alerts />
        <Soon now={now} />
        <Approvals />
        <Jobs />
        <Links />
      </div>
    </Container>
  );
}
