// What somebody changed in the form of a KMS key, as a request: what stays is not named.
import type { Schemas } from "../../../api/client";
import { momentOf, noMoment, type Moment } from "../../../fields/moment-field";
import { isPeriod } from "../../../fields/native-days";
import { rowsOf, tagChanges, type Tag } from "../../../fields/tags";
import { stamped } from "../../../format/zone";
import type { KmsKey } from "../../../kms-key/columns";

export interface Edited {
  name: string;
  description: string;
  tags: Tag[];
  aliases: string[];
  validity: "stays" | "never" | "until";
  until: Moment;
  renewal: Schemas["Renewal"];
  /** Days between AWS's own rotations; empty is never. */
  nativeDays: string;
}

const ALIAS = "alias/";

/** An alias without what AWS puts before each. */
export function bare(alias: string): string {
  return alias.startsWith(ALIAS) ? alias.slice(ALIAS.length) : alias;
}

export function editedOf(key: KmsKey): Edited {
  return {
    name: key.name,
    description: key.description,
    tags: rowsOf(key.tags),
    aliases: key.aliases.map(bare),
    validity: "stays",
    until: noMoment(),
    renewal: "renew",
    nativeDays: key.native_rotation_days == null ? "" : String(key.native_rotation_days),
  };
}

type Request = Schemas["UpdateKmsKeyRequest"];

/** The end of the material; `undefined` as long as the day is missing. */
function validityOf({ validity, until, renewal }: Edited): Partial<Request> | undefined {
  if (validity === "stays") return {};
  if (validity === "never") return { expires_at: "never" };
  const end = momentOf(until);
  return end === undefined ? undefined : { expires_at: stamped(end), renewal };
}

/** Undefined as long as nothing is changed, or something is missing. */
export function updateOf(key: KmsKey, edited: Edited): Request | undefined {
  const validity = validityOf(edited);
  if (validity === undefined || edited.name.trim() === "" || !isPeriod(edited.nativeDays)) return undefined;
  const tags = tagChanges(key.tags, edited.tags);
  const before = key.aliases.map(bare);
  const after = edited.aliases.map((alias) => bare(alias.trim())).filter((alias) => alias !== "");
  const added = after.filter((alias) => !before.includes(alias));
  const removed = before.filter((alias) => !after.includes(alias));
  const days = edited.nativeDays === "" ? 0 : Number(edited.nativeDays);
  const request: Request = {
    ...(edited.name === key.name ? {} : { name: edited.name.trim() }),
    ...(edited.description === key.description ? {} : { description: edited.description }),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
    ...(added.length === 0 ? {} : { add_aliases: added }),
    ...(removed.length === 0 ? {} : { remove_aliases: removed }),
    ...(days === (key.native_rotation_days ?? 0) ? {} : { native_rotation_days: days }),
    ...validity,
  };
  return Object.keys(request).length === 0 ? undefined : request;
}
