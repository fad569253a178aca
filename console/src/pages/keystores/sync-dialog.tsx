// Looks at a keystore's account now.
import Box from "@cloudscape-design/components/box";

import { change } from "../../api/change";
import type { Job } from "../../api/live";
import { JobProgress } from "../../operation/job-progress";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { TOUCHES, type DialogProps } from "./dialog-props";

const words = text.keystores.sync;

export function SyncDialog({ keystore, onClose }: DialogProps) {
  return (
    <OperationDialog
      operation={{
        title: words.title(keystore.name),
        name: keystore.name,
        untried: true,
        change: change("post", "/api/v1/keystores/{keystore}/sync", { path: { keystore: keystore.id } }),
        touches: TOUCHES,
      }}
      render={() => <Box>{words.detail}</Box>}
      result={(job) => <JobProgress job={job as Job} />}
      onClose={onClose}
    />
  );
}
