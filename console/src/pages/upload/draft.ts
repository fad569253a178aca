// What is filled in on the way to a KMS key, and the request that comes of it.
import { change, type Change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { importOf, isRead, READING, type KeyFile, type Reading } from "../../fields/key-file";
import { momentOf, noMoment, type Moment } from "../../fields/moment-field";
import { isPeriod } from "../../fields/native-days";
import { newRotation, rotationOf, type RotationDraft } from "../../fields/rotation";
import { tagsOf, type Tag } from "../../fields/tags";
import { isCount } from "../../fields/versions-max";
import { stamped } from "../../format/zone";
import { policyError } from "../../fields/policy-field";

/** Where the material comes from. */
export type Way = "create" | "existing" | "file" | "aws";
/** Who may use the KMS key: people that are chosen, if any, or what a policy of one's own says. */
export type AccessWay = "people" | "policy";

export interface Draft {
  way: Way;
  /** The new KMS key's name, and the new key's. */
  name: string;
  /** The new key's; the template's where it is empty. */
  spec: string;
  /** The id of a key in the vault. */
  key: string;
  reading: Reading;
  keep: Schemas["KeepCopy"];
  /** What applications may do with a new key; everything that its spec can where nothing is chosen. */
  permitted: string[];
  exportable: boolean;
  /** How many versions of it may be active at once. */
  versionsMax: string;
  /** The key of a file fills an empty KMS key that is there, instead of a new one. */
  fills: boolean;
  /** That KMS key: its ARN, key id or alias. */
  into: string;
  /** AWS's usage; the usual one where it is empty. */
  usage: string;
  /** Days between AWS's own rotations; never where it is empty. */
  nativeDays: string;
  /** The id of a keystore. */
  keystore: string;
  /** Ids of keystores that get a copy of a key of the vault beside. */
  further: string[];
  aliases: string[];
  description: string;
  regions: string[];
  /** As the template says, until somebody says otherwise. */
  multiRegion: boolean | undefined;
  enabled: boolean;
  accessWay: AccessWay;
  policy: string;
  users: string[];
  administrators: string[];
  otherAccounts: string[];
  mayDelete: boolean;
  expiry: "template" | "never" | "at";
  end: Moment;
  renewal: Schemas["Renewal"];
  tags: Tag[];
  rotation: RotationDraft;
}

export function emptyDraft(key: string | null): Draft {
  return {
    way: key === null ? "create" : "existing",
    name: "",
    spec: "",
    key: key ?? "",
    reading: READING,
    keep: "copy",
    permitted: [],
    exportable: false,
    versionsMax: "",
    fills: false,
    into: "",
    usage: "",
    nativeDays: "",
    keystore: "",
    further: [],
    aliases: [],
    description: "",
    regions: [],
    multiRegion: undefined,
    enabled: true,
    accessWay: "people",
    policy: "",
    users: [],
    administrators: [],
    otherAccounts: [],
    mayDelete: true,
    expiry: "template",
    end: noMoment(),
    renewal: "renew",
    tags: [],
    rotation: newRotation("inherit"),
  };
}

/** What holds in one keystore, or its account, alone. */
const OF_ONE: Pick<Draft, "regions" | "accessWay" | "policy" | "users" | "administrators" | "otherAccounts"> =
  {
    regions: [],
    accessWay: "people",
    policy: "",
    users: [],
    administrators: [],
    otherAccounts: [],
  };

/** With something else said. What only fits the former material or keystore goes. */
export function said(before: Draft, part: Partial<Draft>): Draft {
  const isElsewhere =
    before.keystore !== "" && part.keystore !== undefined && part.keystore !== before.keystore;
  const next = { ...before, ...(isElsewhere ? { ...OF_ONE, multiRegion: undefined } : {}), ...part };
  const { way, spec, key, keystore, reading } = next;
  const isOther =
    way !== before.way ||
    spec !== before.spec ||
    key !== before.key ||
    keystore !== before.keystore ||
    reading.spec !== before.reading.spec;
  if (!isOther) return next;
  const further = key === before.key ? next.further.filter((id) => id !== keystore) : [];
  return { ...next, usage: part.usage ?? "", permitted: part.permitted ?? [], further };
}

/** Whether it fills a KMS key that is there: that one keeps what it is. */
export function isFilling({ way, fills }: Draft): boolean {
  return way === "file" && fills;
}

/** Whether it can be replicated; several Regions say so by themselves. Else the template says it. */
export function multiRegionOf({ multiRegion, regions }: Draft): boolean | undefined {
  return multiRegion ?? (regions.length > 1 ? true : undefined);
}

/** Whether a key of the vault goes into several keystores. */
export function isSpreading({ way, further }: Draft): boolean {
  return way === "existing" && further.length > 0;
}

/** Whether there is a copy of a file in the vault. */
export function keepsCopy({ way, keep }: Draft): boolean {
  return way === "file" && keep === "copy";
}

/** Whether the vault gets a new key, of which something can be said. */
export function makesKey(draft: Draft): boolean {
  return draft.way === "create" || keepsCopy(draft);
}

/** What is missing or does not make sense yet. */
export type Lack =
  | "keystore"
  | "name"
  | "key"
  | "file"
  | "wrapped-by"
  | "versions"
  | "days"
  | "into"
  | "policy"
  | "end"
  | "rotation";

export function lacksOf(draft: Draft, file: KeyFile | undefined): Lack[] {
  const { way } = draft;
  const isNew = !isFilling(draft);
  const ownPolicy = isNew && draft.accessWay === "policy";
  const lacks: [Lack, boolean][] = [
    ["keystore", draft.keystore === ""],
    ["name", way !== "existing" && draft.name.trim() === ""],
    ["key", way === "existing" && draft.key === ""],
    ["file", way === "file" && file === undefined],
    ["wrapped-by", way === "file" && !isRead(draft.reading)],
    ["versions", makesKey(draft) && draft.versionsMax !== "" && !isCount(draft.versionsMax)],
    ["days", way === "aws" && !isPeriod(draft.nativeDays)],
    ["into", !isNew && draft.into.trim() === ""],
    ["policy", ownPolicy && policyError(draft.policy) !== undefined],
    ["end", isNew && way !== "aws" && draft.expiry === "at" && momentOf(draft.end) === undefined],
    ["rotation", isNew && rotationOf(draft.rotation) === undefined],
  ];
  return lacks.filter(([, isLacking]) => isLacking).map(([lack]) => lack);
}

function expiryOf({
  way,
  expiry,
  end,
  renewal,
}: Draft): Pick<Schemas["KmsKeySettings"], "expires_at" | "renewal"> {
  if (way === "aws" || expiry === "template") return {};
  if (expiry === "never") return { expires_at: "never" };
  const at = momentOf(end);
  return at === undefined ? {} : { expires_at: stamped(at), renewal };
}

function accessOf({
  accessWay,
  policy,
  users,
  administrators,
  otherAccounts,
  mayDelete,
}: Draft): Pick<Schemas["KmsKeySettings"], "access" | "policy"> {
  if (accessWay === "policy") return { policy };
  if (users.length + administrators.length + otherAccounts.length === 0) return {};
  const access = {
    users,
    administrators,
    other_accounts: otherAccounts,
    administrators_may_delete: mayDelete,
  };
  return { access };
}

export function settingsOf(draft: Draft): Schemas["KmsKeySettings"] {
  const { description, aliases, regions, enabled, tags, rotation, usage } = draft;
  const schedule = rotationOf(rotation);
  const multiRegion = multiRegionOf(draft);
  return {
    ...(aliases.length === 0 ? {} : { aliases }),
    ...(description === "" ? {} : { description }),
    ...(regions.length === 0 ? {} : { regions }),
    ...(multiRegion === undefined ? {} : { multi_region: multiRegion }),
    ...(usage === "" ? {} : { usage }),
    enabled,
    ...expiryOf(draft),
    ...accessOf(draft),
    ...(tags.length === 0 ? {} : { tags: tagsOf(tags) }),
    ...(schedule === undefined || rotation.when === "inherit" ? {} : { rotation: schedule }),
  };
}

/** A key of the vault in several keystores: what only fits one of them counts for the first alone. */
function copies(draft: Draft, name: string): Change {
  const settings = settingsOf(draft);
  const alike = settingsOf({ ...draft, ...OF_ONE });
  const first = { keystore: draft.keystore, settings, ...(name === "" ? {} : { name }) };
  const keystores = [first, ...draft.further.map((keystore) => ({ keystore, settings: alike }))];
  return change("post", "/api/v1/keys/{key}/copies", { path: { key: draft.key }, body: { keystores } });
}

/** What is said of the new key in the vault, if there is one. */
function newKeyOf(draft: Draft) {
  const { permitted, exportable, versionsMax } = draft;
  if (!makesKey(draft)) return {};
  return {
    ...(permitted.length === 0 ? {} : { permitted_operations: permitted }),
    ...(exportable ? { exportable } : {}),
    ...(versionsMax === "" ? {} : { active_versions_max: Number(versionsMax) }),
  };
}

/** The request, once nothing is lacking. */
export function changeOf(draft: Draft, file: KeyFile | undefined): Change | undefined {
  if (lacksOf(draft, file).length > 0) return undefined;
  const { way, keystore, key, spec, nativeDays } = draft;
  const settings = settingsOf(draft);
  const name = draft.name.trim();
  if (isSpreading(draft)) return copies(draft, name);
  if (way === "existing") {
    const body = { key, keystore, settings, ...(name === "" ? {} : { name }) };
    return change("post", "/api/v1/kms-keys/upload", { body });
  }
  if (way === "file" && file !== undefined) {
    const where = isFilling(draft) ? { into: draft.into.trim() } : { settings };
    const body = {
      keystore,
      name,
      ...where,
      keep: draft.keep,
      ...newKeyOf(draft),
      ...importOf(file, draft.reading),
    };
    return change("post", "/api/v1/kms-keys/import", { body });
  }
  const made = { keystore, name, settings, ...(spec === "" ? {} : { spec }) };
  if (way === "create") return change("post", "/api/v1/kms-keys", { body: { ...made, ...newKeyOf(draft) } });
  const days = nativeDays === "" ? {} : { native_rotation_days: Number(nativeDays) };
  return change("post", "/api/v1/kms-keys", { body: { ...made, origin: "aws", ...days } });
}
