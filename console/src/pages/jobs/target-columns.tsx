// What a job's page shows of its targets and of every try.
import type { Schemas } from "../../api/client";
import { TargetState } from "../../format/status";
import { atMinute, exactly } from "../../format/time";
import type { Column } from "../../table/columns";
import { text } from "../../text";

type Target = Schemas["TargetView"];
export type Attempt = Schemas["AttemptView"] & { of: string };

const words = text.jobs;

/** What a target is called: the KMS key's name, else what is looked at. */
function nameOf(target: Target): string {
  return target.kms_key_name ?? words.sweep(target.account, target.region);
}

/** The page of what a target is about, where it is a KMS key. */
export function targetPage(target: Target): string | undefined {
  return target.kms_key == null ? undefined : `/kms-keys/${target.kms_key}`;
}

export const TARGETS: Column<Target>[] = [
  { id: "target", header: words.target, value: nameOf, width: 220 },
  {
    id: "target_state",
    header: words.columns.state,
    value: (target) => text.states.target[target.state] ?? target.state,
    cell: (target) => <TargetState state={target.state} />,
    width: 180,
  },
  { id: "account", header: words.account, value: (target) => target.account },
  { id: "region", header: words.region, value: (target) => target.region },
  {
    id: "note",
    header: words.note,
    value: (target) => (target.note == null ? null : `${target.note.message} [${target.note.code}]`),
    width: 420,
  },
  {
    id: "due",
    header: words.due,
    value: (target) => (target.state === "open" ? target.due_at : null),
    cell: (target) => (target.state === "open" ? atMinute(target.due_at) : text.shell.none),
    kind: "time",
  },
  { id: "tries", header: words.tries, value: (target) => target.tries, kind: "number", hidden: true },
];

/** Every try of every step, the newest first. Tries come with the job, names with its pages of targets. */
export function attemptsOf(tried: Target[], named: Target[]): Attempt[] {
  const names = new Map(named.map((target) => [target.id, nameOf(target)]));
  const all = tried.flatMap((target) =>
    (target.attempts ?? []).map((attempt) => ({ ...attempt, of: names.get(target.id) ?? nameOf(target) })),
  );
  return all.sort((left, right) => right.signed_at.localeCompare(left.signed_at));
}

export const ATTEMPTS: Column<Attempt>[] = [
  { id: "step", header: words.step, value: (attempt) => attempt.step, width: 220 },
  {
    id: "outcome",
    header: words.outcome,
    value: (attempt) => text.states.target[attempt.state] ?? attempt.state,
    cell: (attempt) => <TargetState state={attempt.state} />,
  },
  { id: "of", header: words.target, value: (attempt) => attempt.of },
  { id: "attempt_region", header: words.region, value: (attempt) => attempt.region },
  {
    id: "signed",
    header: words.sent,
    value: (attempt) => attempt.signed_at,
    cell: (attempt) => exactly(attempt.signed_at),
    kind: "time",
    width: 230,
  },
  { id: "aws_request", header: words.awsRequest, value: (attempt) => attempt.aws_request_id, width: 310 },
  { id: "code", header: words.code, value: (attempt) => attempt.code },
  { id: "message", header: words.message, value: (attempt) => attempt.message, width: 300 },
];
