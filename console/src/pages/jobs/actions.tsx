// What can be done with a job: hold it back, let it go on, take it up again, stop it.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { change } from "../../api/change";
import type { Job } from "../../api/live";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { possible, VERBS, type JobVerb } from "./possible";

const words = text.jobs.verbs;

const TEMPLATES = {
  pause: "/api/v1/jobs/{job}/pause",
  resume: "/api/v1/jobs/{job}/resume",
  retry: "/api/v1/jobs/{job}/retry",
  cancel: "/api/v1/jobs/{job}/cancel",
} as const;

function operationOf(verb: JobVerb, job: Job): Operation {
  return {
    title: `${words[verb].name}: ${job.title}`,
    name: job.title,
    change: change("post", TEMPLATES[verb], { path: { job: job.id } }),
  };
}

/** Buttons for a job; none can be pressed where none is chosen. */
export function JobActions({ job }: { job: Job | undefined }) {
  const [begun, setBegun] = useState<{ verb: JobVerb; operation: Operation }>();
  const can = job === undefined ? [] : possible(job);
  return (
    <>
      <SpaceBetween direction="horizontal" size="xs">
        {VERBS.map((verb) => (
          <Button
            key={verb}
            disabled={!can.includes(verb)}
            onClick={() => job !== undefined && setBegun({ verb, operation: operationOf(verb, job) })}
          >
            {words[verb].name}
          </Button>
        ))}
      </SpaceBetween>
      {begun !== undefined && (
        <OperationDialog
          operation={begun.operation}
          render={() => <Alert type="info">{words[begun.verb].detail}</Alert>}
          onClose={() => setBegun(undefined)}
        />
      )}
    </>
  );
}
