// Whether work can be done: the server answers the same, be it yes or no.
import { useQuery } from "@tanstack/react-query";

import { text } from "../text";
import { answered, client, problemOf, Refused, type Schemas } from "./client";

export type Ready = Schemas["ReadyView"];

/** A proxy in between answers for a server that is not there, and in its own words. */
function isReady(body: unknown): body is Ready {
  return typeof body === "object" && body !== null && "ready" in body && typeof body.ready === "boolean";
}

export async function readiness(): Promise<Ready> {
  const asked = client.GET("/readyz");
  const said = await asked.then(({ data, error }) => data ?? error).catch(() => undefined);
  if (isReady(said)) return said;
  const { status } = await answered(asked);
  throw new Refused(problemOf(status, text.shell.answered(status)));
}

export function useReady() {
  return useQuery<Ready, Refused>({ queryKey: ["/readyz", {}], queryFn: readiness });
}
