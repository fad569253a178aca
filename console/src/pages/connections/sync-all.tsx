// Looks at all that a connection's keystores have in their account, one keystore after the other.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { send } from "../../api/change";
import { asProblem, type Problem, type Schemas } from "../../api/client";
import { forget, type Job } from "../../api/live";
import { ProblemAlert } from "../../notices/problem-alert";
import { JobProgress } from "../../operation/job-progress";
import { syncOf, TOUCHES } from "../../operation/sync-dialog";
import { waitedFor } from "../../session/idle";
import { Dialog } from "../../shell/dialog";
import { text } from "../../text";

const words = text.connections.page.syncing;

type Keystore = Pick<Schemas["KeystoreView"], "id" | "name">;
/** Its job, or why there is none. */
type Told = { job: Job } | { problem: Problem };

async function synchronized({ id }: Keystore): Promise<Told> {
  try {
    return { job: (await waitedFor(send(syncOf(id)))).data as Job };
  } catch (error) {
    return { problem: asProblem(error) };
  }
}

function Outcome({ told }: { told: Told | undefined }) {
  if (told === undefined) return <StatusIndicator type="pending">{words.waiting}</StatusIndicator>;
  return "job" in told ? <JobProgress job={told.job} /> : <ProblemAlert problem={told.problem} />;
}

interface Props {
  connection: string;
  keystores: readonly Keystore[];
  onClose: () => void;
}

export function SyncAll({ connection, keystores, onClose }: Props) {
  const queries = useQueryClient();
  const [all] = useState(keystores);
  const [told, setTold] = useState<Record<string, Told>>();
  const isBegun = told !== undefined;
  const isUnderWay = isBegun && Object.keys(told).length < all.length;
  // One that is refused keeps the others from nothing.
  const begin = async () => {
    setTold({});
    for (const one of all) {
      const outcome = await synchronized(one);
      setTold((before) => ({ ...before, [one.id]: outcome }));
    }
    forget(queries, TOUCHES);
  };
  return (
    <Dialog
      title={words.title(connection)}
      size="large"
      step={isBegun ? "begun" : "start"}
      onClose={() => isUnderWay || onClose()}
      actions={
        <>
          <Button variant="link" disabled={isUnderWay} onClick={onClose}>
            {isBegun ? text.shell.close : text.shell.cancel}
          </Button>
          {!isBegun && (
            <Button variant="primary" onClick={() => void begin()}>
              {text.operation.carryOut}
            </Button>
          )}
        </>
      }
    >
      <SpaceBetween size="m">
        <Box>{text.keystores.sync.detail}</Box>
        {all.map((one) => (
          <SpaceBetween key={one.id} size="xxs">
            <Box variant="h3">{one.name}</Box>
            {isBegun && <Outcome told={told[one.id]} />}
          </SpaceBetween>
        ))}
      </SpaceBetween>
    </Dialog>
  );
}
