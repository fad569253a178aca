// Tries a connection as it is stored, and notes whether it works.
import Button from "@cloudscape-design/components/button";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { change, send } from "../../api/change";
import { asProblem, type Schemas } from "../../api/client";
import { forget } from "../../api/live";
import { useNotify } from "../../notices/notices";
import { text } from "../../text";
import type { Connection } from "./settings";

const words = text.connections;

export function TestButton({ connection }: { connection: Connection }) {
  const notify = useNotify();
  const queries = useQueryClient();
  const trial = useMutation({
    mutationFn: async () => {
      const path = { connection: connection.id };
      const { data } = await send(change("post", "/api/v1/connections/{connection}/verify", { path }));
      return data as Schemas["StoredConnectionView"];
    },
    onSuccess: ({ connection: tried, verification }) => {
      if (verification != null) notify({ type: "success", content: verification.message });
      else
        notify({ type: "warning", header: text.states.link[tried.health.state], content: tried.health.why });
    },
    onError: (error) => notify({ type: "error", content: asProblem(error).detail }),
    onSettled: () => forget(queries, ["/api/v1/connections"]),
  });
  return (
    <Button loading={trial.isPending} loadingText={words.page.testing} onClick={() => trial.mutate()}>
      {words.page.test}
    </Button>
  );
}
