// What became of each KMS key of an operation on many: above all of those that were refused.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";

import { hasEnded, type Job } from "../../../api/live";
import { useAll } from "../../../api/read";
import { TargetState } from "../../../format/status";
import { ProblemAlert } from "../../../notices/problem-alert";
import { useJob } from "../../../operation/job-progress";
import { text } from "../../../text";

const words = text.kmsKeys.bulk;
/** What went well is counted; what did not is named, as far as people read. */
const NAMED_MAX = 100;

function Targets({ job }: { job: string }) {
  const { items, isPending, isPartial, error, refetch } = useAll("/api/v1/jobs/{job}/targets", {
    path: { job },
  });
  const others = items.filter(({ state }) => state !== "done");
  if (error !== null) {
    const again = <Button onClick={refetch}>{text.shell.tryAgain}</Button>;
    return <ProblemAlert problem={error.problem} action={again} />;
  }
  // Nothing is said of all of them before all of them are known.
  if (isPending || isPartial) return <StatusIndicator type="loading">{text.shell.loading}</StatusIndicator>;
  if (others.length === 0) return <Alert type="success">{words.allDone(items.length)}</Alert>;
  return (
    <Table
      variant="embedded"
      contentDensity="compact"
      enableKeyboardNavigation
      wrapLines
      ariaLabels={{ tableLabel: words.others }}
      header={words.some(items.length - others.length, items.length)}
      items={others.slice(0, NAMED_MAX)}
      trackBy="id"
      columnDefinitions={[
        {
          id: "name",
          header: text.kmsKeys.columns.name,
          cell: (target) => target.kms_key_name ?? target.region,
          isRowHeader: true,
          minWidth: 160,
        },
        {
          id: "state",
          header: words.became,
          cell: (target) => <TargetState state={target.state} />,
          minWidth: 130,
        },
        { id: "why", header: words.why, cell: ({ note }) => note?.message ?? text.shell.none },
      ]}
    />
  );
}

/** A job on many KMS keys, once it has ended. */
export function BulkResult({ answer }: { answer: unknown }) {
  const begun = (answer as { job?: Job | null } | undefined)?.job ?? undefined;
  const job = useJob(begun?.id);
  if (begun === undefined) return <Alert type="success">{text.operation.nothingToDo}</Alert>;
  if (job === undefined || !hasEnded(job)) return null;
  return <Targets job={job.id} />;
}
