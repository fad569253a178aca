// Looks at a keystore's account now.
import Box from "@cloudscape-design/components/box";

import { change, type Change } from "../api/change";
import type { Job } from "../api/live";
import { JobProgress } from "./job-progress";
import { OperationDialog } from "./operation-dialog";
import { text } from "../text";

const words = text.keystores.sync;
/** Routes that tell of a keystore. */
export const TOUCHES = ["/api/v1/keystores", "/api/v1/kms-keys", "/api/v1/found-keys"];

/** Looks at what a keystore has in its account. */
export function syncOf(keystore: string): Change {
  return change("post", "/api/v1/keystores/{keystore}/sync", { path: { keystore } });
}

interface Props {
  keystore: { id: string; name: string };
  onClose: () => void;
}

export function SyncDialog({ keystore, onClose }: Props) {
  return (
    <OperationDialog
      operation={{
        title: words.title(keystore.name),
        name: keystore.name,
        untried: true,
        change: syncOf(keystore.id),
        touches: TOUCHES,
      }}
      render={() => <Box>{words.detail}</Box>}
      result={(job) => <JobProgress job={job as Job} />}
      onClose={onClose}
    />
  );
}
