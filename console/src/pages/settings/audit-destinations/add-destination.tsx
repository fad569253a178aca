// Adds a destination of audit entries.
import { change } from "../../../api/change";
import type { Schemas } from "../../../api/client";
import type { Said, Values } from "../../../operation/fields";
import { FormDialog } from "../../../operation/form-dialog";
import type { Operation } from "../../../operation/operation";
import { SecretOnce } from "../../../operation/secret-once";
import { isPort } from "../../../fields/port";
import { text } from "../../../text";

const words = text.settings.auditDestinations;
const LAG_MAX = 10_080;
export const TOUCHES = ["/api/v1/audit-destinations"];

function isLag(typed: string): boolean {
  return typed === "" || (/^[0-9]+$/.test(typed) && Number(typed) >= 1 && Number(typed) <= LAG_MAX);
}

function fieldsOf(said: Partial<Said>) {
  const { fields, kinds } = words;
  const kind = said.kind ?? "syslog";
  return {
    name: { label: fields.name },
    kind: {
      label: fields.kind,
      kind: "choice",
      initial: "syslog",
      choices: Object.entries(kinds).map(([value, label]) => ({ value, label })),
    },
    host: { label: fields.host, hidden: kind !== "syslog" },
    port: {
      label: fields.port,
      description: fields.portHelp,
      optional: true,
      hidden: kind !== "syslog",
      error: isPort(String(said.port ?? "")) ? undefined : text.fields.portWrong,
    },
    url: { label: fields.url, description: fields.urlHelp, hidden: kind !== "webhook" },
    file: { label: fields.file, description: fields.fileHelp, hidden: kind !== "file" },
    ca: {
      label: fields.ca,
      description: fields.caHelp,
      kind: "code",
      optional: true,
      hidden: kind === "file",
    },
    start: {
      label: fields.start,
      kind: "choice",
      initial: "beginning",
      choices: Object.entries(fields.starts).map(([value, label]) => ({ value, label })),
    },
    lag: {
      label: fields.lag,
      description: fields.lagHelp,
      optional: true,
      error: isLag(String(said.lag ?? "")) ? undefined : fields.lagWrong,
    },
  } as const;
}

type Saying = Values<ReturnType<typeof fieldsOf>>;

function addressOf({ kind, host, port, url, file, ca }: Saying): Schemas["AuditAddressRequest"] {
  const trust = ca.trim() === "" ? {} : { ca_bundle: ca };
  if (kind === "webhook") return { kind, url, ...trust };
  if (kind === "file") return { kind, file };
  return { kind: "syslog", host, ...(port === "" ? {} : { port: Number(port) }), ...trust };
}

function operationOf(said: Saying): Operation {
  const body: Schemas["AddAuditDestinationRequest"] = {
    name: said.name,
    address: addressOf(said),
    start: said.start === "now" ? "now" : "beginning",
    ...(said.lag === "" ? {} : { lag_minutes_max: Number(said.lag) }),
  };
  return {
    title: words.addNamed(said.name),
    name: said.name,
    change: change("post", "/api/v1/audit-destinations", { body }),
    touches: TOUCHES,
  };
}

function secretOf(answer: unknown): string | undefined {
  return (answer as Schemas["AddedAuditDestinationView"]).signing_secret ?? undefined;
}

export function AddDestination({ onClose }: { onClose: () => void }) {
  return (
    <FormDialog
      title={words.addTitle}
      fields={fieldsOf}
      operation={operationOf}
      result={(answer) => {
        const secret = secretOf(answer);
        return secret === undefined ? null : <SecretOnce label={words.secret} value={secret} />;
      }}
      onClose={onClose}
    />
  );
}
