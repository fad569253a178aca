// What can be done with destinations of alerts, and what a form says of a new one.
import { change, type Change } from "../../api/change";
import type { Schemas } from "../../api/client";
import type { Operation } from "../../operation/operation";
import { removal } from "../../operation/removal";
import { isPort } from "../../fields/port";
import { text } from "../../text";

type Destination = Schemas["DestinationView"];
type Adding = Schemas["AddDestinationRequest"];

const words = text.alerts.destinations;
const TOUCHES = ["/api/v1/alert-destinations", "/api/v1/alerts"];

export function trial(destination: Destination): Operation {
  return {
    title: words.testOf(destination.name),
    name: destination.name,
    change: change("post", "/api/v1/alert-destinations/{destination}/test", {
      path: { destination: destination.id },
    }),
    untried: true,
  };
}

export function removalOf(destination: Destination): Operation {
  return removal({
    title: words.removeOf(destination.name),
    name: destination.name,
    change: change("delete", "/api/v1/alert-destinations/{destination}", {
      path: { destination: destination.id },
    }),
    touches: TOUCHES,
  });
}

/** What is typed into the form. */
export interface Fields {
  kind: "webhook" | "mail";
  name: string;
  severity: Schemas["Severity"];
  url: string;
  host: string;
  port: string;
  security: Schemas["MailSecurity"];
  from: string;
  to: string;
  user: string;
  password: string;
  bundle: string;
}

export const EMPTY: Fields = {
  kind: "webhook",
  name: "",
  severity: "warning",
  url: "",
  host: "",
  port: "",
  security: "tls",
  from: "",
  to: "",
  user: "",
  password: "",
  bundle: "",
};

/** Mail addresses, one a line or separated by commas. */
export function addressesOf(typed: string): string[] {
  return typed
    .split(/[\s,;]+/)
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

function addressOf(fields: Fields): Adding["address"] {
  const trusted = fields.bundle.trim() === "" ? {} : { ca_bundle: fields.bundle };
  if (fields.kind === "webhook") return { kind: "webhook", url: fields.url.trim(), ...trusted };
  return {
    kind: "mail",
    host: fields.host.trim(),
    from: fields.from.trim(),
    to: addressesOf(fields.to),
    security: fields.security,
    ...(fields.port.trim() === "" ? {} : { port: Number(fields.port) }),
    ...(fields.user === "" ? {} : { user: fields.user }),
    ...(fields.password === "" ? {} : { password: fields.password }),
    ...trusted,
  };
}

function isComplete(fields: Fields): boolean {
  if (fields.name.trim() === "") return false;
  if (fields.kind === "webhook") return fields.url.trim() !== "";
  const isSaid = fields.host.trim() !== "" && fields.from.trim() !== "";
  return isSaid && isPort(fields.port) && addressesOf(fields.to).length > 0;
}

/** Adding what the form says; nothing as long as something is missing. */
export function addition(fields: Fields): Operation | undefined {
  if (!isComplete(fields)) return undefined;
  const body: Adding = {
    name: fields.name.trim(),
    severity: fields.severity,
    address: addressOf(fields),
  };
  const adding: Change = change("post", "/api/v1/alert-destinations", { body });
  return { title: words.add, name: body.name, change: adding, touches: TOUCHES };
}
