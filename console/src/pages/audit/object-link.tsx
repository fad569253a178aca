// What an entry is about, with the way to its page.
import type { Schemas } from "../../api/client";
import { Link } from "../../shell/link";

const PAGES: Record<string, string> = {
  alert: "/alerts",
  application: "/applications",
  approval: "/approvals",
  connection: "/connections",
  group: "/groups",
  job: "/jobs",
  key: "/keys",
  keystore: "/keystores",
  "kms-key": "/kms-keys",
  policy: "/policies",
  role: "/roles",
  user: "/users",
};

const ALONE: Record<string, string> = {
  "audit-destination": "/settings/audit-destinations",
  "crypto-policy": "/settings/crypto-policies",
  "request-log": "/request-log",
  seal: "/settings/seal",
  "sign-in-provider": "/settings/sign-in-providers",
};

/** The page of an object; none where there is no page for its kind. */
export function pageOf({ kind, id }: Schemas["AuditObjectView"]): string | undefined {
  const folder = PAGES[kind];
  return folder === undefined ? ALONE[kind] : `${folder}/${encodeURIComponent(id)}`;
}

export function ObjectLink({ object }: { object: Schemas["AuditObjectView"] }) {
  const page = pageOf(object);
  const name = object.name === "" ? object.id : object.name;
  return (
    <>
      {object.kind} {page === undefined ? name : <Link to={page}>{name}</Link>}
    </>
  );
}
