// A KMS key that does not exist, or may not be seen, or could not be read: with a way back.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Problem } from "../../../api/client";
import { ProblemAlert } from "../../../notices/problem-alert";
import { Link } from "../../../shell/link";
import { text } from "../../../text";

const words = text.kmsKey.missing;
const UNSEEN = new Set([403, 404]);

export function Missing({ problem, onAgain }: { problem: Problem; onAgain: () => void }) {
  if (UNSEEN.has(problem.status)) {
    return (
      <Alert type="info" header={words.title}>
        {words.detail} <Link to="/kms-keys">{words.back}</Link>
      </Alert>
    );
  }
  return (
    <SpaceBetween size="m">
      <ProblemAlert problem={problem} action={<Button onClick={onAgain}>{text.shell.tryAgain}</Button>} />
      <Link to="/kms-keys">{words.back}</Link>
    </SpaceBetween>
  );
}
