// A server that cannot be reached, as long as that is so: what is shown may be out of date.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import { useContext, type ReactNode } from "react";

import { isUnreached } from "../api/client";
import { useLive } from "../api/live";
import { useRead } from "../api/read";
import { ServerGoneContext } from "../notices/unreached";
import { text } from "../text";

const words = text.shell.serverGone;
const ASK_EVERY = 3_000;

/** Knows whether the server is gone, for all that would tell it again. */
export function ServerGoneProvider({ children }: { children: ReactNode }) {
  const live = useLive();
  const { error, failureReason } = useRead("/api/v1/seal", {}, { enabled: !live, every: ASK_EVERY });
  // Why it failed is unknown while it is asked again: until then the last answer stands.
  const refused = failureReason ?? error;
  const isGone = !live && refused !== null && isUnreached(refused.problem);
  return <ServerGoneContext value={isGone}>{children}</ServerGoneContext>;
}

export function ServerGone() {
  const isGone = useContext(ServerGoneContext);
  return (
    <div aria-live="polite">
      {isGone && (
        <Box margin={{ bottom: "l" }}>
          <Alert type="warning" header={words.title}>
            {words.detail}
          </Alert>
        </Box>
      )}
    </div>
  );
}
