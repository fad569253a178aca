// The main job tried on throw-away keys, and the jobs of that as they go on.
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";

import type { Job } from "../../api/live";
import { useRead } from "../../api/read";
import { FormDialog } from "../../operation/form-dialog";
import { JobBar, useJobEvery } from "../../operation/job-progress";
import { text } from "../../text";
import { examined, Found, type Report } from "./doctor-report";
import type { Connection } from "./settings";

const words = text.connections.doctor;
/** One at a time is under way; who else works here may begin some in between. */
const LOOKED_AT = 20;

/** The newest jobs, as the server tells them, and those that were there when this was opened. */
function useNewest(): { jobs: Job[]; before: ReadonlySet<string> | undefined } {
  const every = useJobEvery();
  const { data, refetch } = useRead("/api/v1/jobs", { query: { limit: LOOKED_AT } }, { every });
  const [before, setBefore] = useState<ReadonlySet<string>>();
  // What other pages read before may be old.
  useEffect(() => {
    void refetch().then(({ data }) => setBefore(new Set(data?.items.map(({ id }) => id))));
  }, [refetch]);
  return { jobs: data?.items ?? [], before };
}

/** Jobs that were begun since the dialog is there. */
function Begun({ jobs, before }: ReturnType<typeof useNewest>) {
  const begun = before === undefined ? [] : jobs.filter(({ id }) => !before.has(id));
  if (begun.length === 0) return null;
  return (
    <SpaceBetween size="s">
      <Box variant="h3">{words.begun}</Box>
      {begun.toReversed().map((job) => (
        <JobBar key={job.id} job={job} />
      ))}
    </SpaceBetween>
  );
}

/** Unlike the rest this makes KMS keys, which cost money. */
export function ThrowAway({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const [first = ""] = connection.regions;
  const newest = useNewest();
  return (
    <FormDialog
      title={words.sandboxTitle(connection.name)}
      untried
      fields={{
        region: {
          kind: "choice",
          label: words.region,
          initial: first,
          choices: connection.regions.map((value) => ({ value })),
        },
      }}
      operation={({ region }) => ({
        title: words.sandboxTitle(connection.name),
        name: connection.name,
        untried: true,
        change: examined(connection, { sandbox: true, region }),
      })}
      intro={words.sandboxHelp}
      render={() => <Begun {...newest} />}
      result={(answer) => <Found report={answer as Report} />}
      onClose={onClose}
    />
  );
}
