// What the list of keystores shows.
import { rotationInWords } from "../../fields/rotation";
import type { Column } from "../../table/columns";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import type { Keystore } from "./keystore";

const words = text.keystores;

export const COLUMNS: Column<Keystore>[] = [
  { id: "name", header: words.columns.name, value: (one) => one.name, width: 180 },
  { id: "description", header: words.columns.description, value: (one) => one.description, width: 240 },
  { id: "connection", header: words.columns.connection, value: (one) => one.connection_name },
  { id: "regions", header: words.columns.regions, value: (one) => one.regions, width: 210 },
  { id: "spec", header: words.columns.spec, value: (one) => one.template.spec, width: 110 },
  { id: "usage", header: words.columns.usage, value: (one) => one.template.usage, hidden: true },
  {
    id: "rotation",
    header: words.columns.rotation,
    value: (one) => rotationInWords(one.template.rotation),
    width: 130,
  },
  { id: "heal", header: words.columns.heal, value: (one) => words.policies.healShort[one.heal], width: 120 },
  { id: "group", header: words.columns.group, value: (one) => one.group_name ?? one.group, width: 130 },
  { id: "actor", header: words.columns.actor, value: (one) => one.service_actor, hidden: true },
  timeColumn("created", words.columns.created, (one) => one.created_at),
];
