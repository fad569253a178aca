// Whether the connection of a KMS key works.
import { useRead } from "../../../api/read";
import { LinkHealth } from "../../../format/link-health";
import { text } from "../../../text";

export function ConnectionLink({ connection }: { connection: string }) {
  const { data } = useRead("/api/v1/connections/{connection}", { path: { connection } });
  if (data === undefined) return text.shell.none;
  return (
    <LinkHealth health={data.health} {...(data.health.state === "connected" ? {} : { detail: "below" })} />
  );
}
