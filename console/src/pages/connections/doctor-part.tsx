// The doctor: everything on the way into an account, looked at one after the other.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { send } from "../../api/change";
import { asProblem } from "../../api/client";
import { forget } from "../../api/live";
import { ProblemAlert } from "../../notices/problem-alert";
import { useDialog } from "../../shell/use-dialog";
import { text } from "../../text";
import { examined, Found, type Report } from "./doctor-report";
import type { Connection } from "./settings";
import { ThrowAway } from "./throw-away";

const words = text.connections.doctor;
const TOUCHES = ["/api/v1/connections", "/api/v1/kms-keys", "/api/v1/keystores"];

export function DoctorPart({ connection }: { connection: Connection }) {
  const queries = useQueryClient();
  const [dialog, open] = useDialog();
  const examination = useMutation({
    mutationFn: async () => (await send(examined(connection, {}))).data as Report,
    onSettled: () => forget(queries, TOUCHES),
  });
  return (
    <SpaceBetween size="l">
      <Box>{words.detail}</Box>
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="primary" loading={examination.isPending} onClick={() => examination.mutate()}>
          {words.run}
        </Button>
        <Button onClick={() => open((close) => <ThrowAway connection={connection} onClose={close} />)}>
          {words.sandbox}
        </Button>
      </SpaceBetween>
      {examination.error !== null && <ProblemAlert problem={asProblem(examination.error)} />}
      {examination.data !== undefined && <Found report={examination.data} />}
      {dialog}
    </SpaceBetween>
  );
}
