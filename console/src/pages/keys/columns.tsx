// What lists of keys show.
import type { Schemas } from "../../api/client";
import { rotationInWords } from "../../fields/rotation";
import type { Column } from "../../table/columns";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";

export type Key = Schemas["KeyView"];
export type Version = Schemas["KeyVersionView"];

/** A key, with what other lists know of it. */
export interface Row {
  key: Key;
  group: string;
  /** KMS keys that were made of it; none where that is not known. */
  kmsKeys: number | undefined;
}

const words = text.keys.columns;

export const COLUMNS: Column<Row>[] = [
  { id: "name", header: words.name, value: ({ key }) => key.name, width: 240 },
  { id: "spec", header: words.spec, value: ({ key }) => key.spec },
  { id: "versions", header: words.versions, value: ({ key }) => key.current_version, kind: "number" },
  { id: "kms_keys", header: words.kmsKeys, value: ({ kmsKeys }) => kmsKeys, kind: "number" },
  { id: "group", header: words.group, value: ({ group }) => group },
  { id: "rotation", header: words.rotation, value: ({ key }) => rotationInWords(key.rotation?.schedule) },
  timeColumn("next", words.next, ({ key }) => key.rotation?.schedule.next, {
    empty: text.shell.never,
    hidden: true,
  }),
  { id: "exportable", header: words.exportable, value: ({ key }) => key.exportable },
  {
    id: "permitted",
    header: words.permitted,
    value: ({ key }) => key.permitted_operations,
    hidden: true,
  },
  { id: "description", header: words.description, value: ({ key }) => key.description, hidden: true },
  timeColumn("created", words.created, ({ key }) => key.created_at),
];
