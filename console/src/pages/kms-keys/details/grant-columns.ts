// What the list of grants shows.
import type { Schemas } from "../../../api/client";
import type { Column } from "../../../table/columns";
import { text } from "../../../text";

export type Grant = Schemas["GrantView"];

const words = text.kmsKey.grants;

function pairs(context: Record<string, string> | undefined): string {
  return Object.entries(context ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}

function contextOf(grant: Grant): string | undefined {
  const exact = pairs(grant.encryption_context_equals);
  if (exact !== "") return `${words.exactly} ${exact}`;
  const some = pairs(grant.encryption_context_subset);
  return some === "" ? undefined : `${words.including} ${some}`;
}

export const GRANT_COLUMNS: Column<Grant>[] = [
  { id: "grantee", header: words.grantee, value: (grant) => grant.grantee, width: 340 },
  { id: "operations", header: words.operations, value: (grant) => grant.operations, width: 200 },
  { id: "region", header: words.region, value: (grant) => grant.region },
  { id: "grant_name", header: words.name, value: (grant) => grant.name, hidden: true },
  { id: "context", header: words.context, value: contextOf, width: 200 },
  { id: "retiring", header: words.retiring, value: (grant) => grant.retiring_principal, hidden: true },
  { id: "source_arn", header: words.sourceArn, value: (grant) => grant.source_arn, hidden: true },
  { id: "grant_id", header: words.id, value: (grant) => grant.id, hidden: true },
];
