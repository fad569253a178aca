// What is filled in on the way to a KMS key, and the request that comes of it.
import { change, type Change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { importOf, isRead, READING, type KeyFile, type Reading } from "../../fields/key-file";
import { momentOf, noMoment, type Moment } from "../../fields/moment-field";
import { newRotation, rotationOf, type RotationDraft } from "../../fields/rotation";
import { tagsOf, type Tag } from "../../fields/tags";
import { stamped } from "../../format/zone";

/** Where the material comes from. */
export type Way = "create" | "existing" | "file" | "aws";

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
  /** Days between AWS's own rotations; never where it is empty. */
  nativeDays: string;
  /** The id of a keystore. */
  keystore: string;
  aliases: string[];
  description: string;
  regions: string[];
  /** As the template says, until somebody says otherwise. */
  multiRegion: boolean | undefined;
  enabled: boolean;
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
    nativeDays: "",
    keystore: "",
    aliases: [],
    description: "",
    regions: [],
    multiRegion: undefined,
    enabled: true,
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

/** What is missing or does not make sense yet. */
export type Lack = "keystore" | "name" | "key" | "file" | "wrapped-by" | "end" | "rotation";

export function lacksOf(draft: Draft, file: KeyFile | undefined): Lack[] {
  const { way } = draft;
  const lacks: [Lack, boolean][] = [
    ["keystore", draft.keystore === ""],
    ["name", way !== "existing" && draft.name.trim() === ""],
    ["key", way === "existing" && draft.key === ""],
    ["file", way === "file" && file === undefined],
    ["wrapped-by", way === "file" && !isRead(draft.reading)],
    ["end", way !== "aws" && draft.expiry === "at" && momentOf(draft.end) === undefined],
    ["rotation", rotationOf(draft.rotation) === undefined],
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
  users,
  administrators,
  otherAccounts,
  mayDelete,
}: Draft): Pick<Schemas["KmsKeySettings"], "access"> {
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
  const { description, aliases, regions, multiRegion, enabled, tags, rotation } = draft;
  const schedule = rotationOf(rotation);
  return {
    ...(aliases.length === 0 ? {} : { aliases }),
    ...(description === "" ? {} : { description }),
    ...(regions.length === 0 ? {} : { regions }),
    ...(multiRegion === undefined ? {} : { multi_region: multiRegion }),
    enabled,
    ...expiryOf(draft),
    ...accessOf(draft),
    ...(tags.length === 0 ? {} : { tags: tagsOf(tags) }),
    ...(schedule === undefined || rotation.when === "inherit" ? {} : { rotation: schedule }),
  };
}

/** The request, once nothing is lacking. */
export function changeOf(draft: Draft, file: KeyFile | undefined): Change | undefined {
  if (lacksOf(draft, file).length > 0) return undefined;
  const { way, keystore, key, spec, nativeDays, keep } = draft;
  const settings = settingsOf(draft);
  const name = draft.name.trim();
  if (way === "existing") {
    const body = { key, keystore, settings, ...(name === "" ? {} : { name }) };
    return change("post", "/api/v1/kms-keys/upload", { body });
  }
  if (way === "file" && file !== undefined) {
    const body = { keystore, name, settings, keep, ...importOf(file, draft.reading) };
    return change("post", "/api/v1/kms-keys/import", { body });
  }
  const made = { keystore, name, settings, ...(spec === "" ? {} : { spec }) };
  if (way === "create") return change("post", "/api/v1/kms-keys", { body: made });
  const days = nativeDays === "" ? {} : { native_rotation_days: Number(nativeDays) };
  return change("post", "/api/v1/kms-keys", { body: { ...made, origin: "aws", ...days } });
}
