// Whether work can be done: the server answers the same, be it yes or no.
import { useQuery } from "@tanstack/react-query";

import { client, type Refused, type Schemas } from "./client";

export type Ready = Schemas["ReadyView"];

async function readiness(): Promise<Ready> {
  const { data, error } = await client.GET("/readyz");
  return data ?? (error as unknown as Ready);
}

export function useReady() {
  return useQuery<Ready, Refused>({ queryKey: ["/readyz", {}], queryFn: readiness });
}
