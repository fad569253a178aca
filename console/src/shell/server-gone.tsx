// A server that cannot be reached, as long as that is so: what is shown may be out of date.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";

import { useLive } from "../api/live";
import { useRead } from "../api/read";
import { text } from "../text";

const words = text.shell.serverGone;
const ASK_EVERY = 3_000;
/** No answer at all. */
const NONE = 0;

export function ServerGone() {
  const live = useLive();
  const { failureReason } = useRead("/api/v1/seal", {}, { enabled: !live, every: ASK_EVERY });
  const isGone = !live && failureReason?.problem.status === NONE;
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
