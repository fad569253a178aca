// One KMS key: its page and the tabs on it.
import { material } from "./kms-key/material";
import { access } from "./kms-key/access";
import { record } from "./kms-key/record";

export const kmsKey = {
  help: "What is wanted of this KMS key, what AWS shows of it, and everything that was done with it.",
  missing: {
    name: "Not found",
    title: "This KMS key is not to be seen here",
    detail: "It may have been forgotten, its address may be mistyped, or its group shows you nothing of it.",
    back: "All KMS keys",
  },
  tabs: {
    label: "Parts of the KMS key",
    overview: "Overview",
    versions: "Versions",
    aliases: "Aliases",
    tags: "Tags",
    policy: "Policy",
    grants: "Grants",
    places: "Places",
    links: "Links",
    activity: "Activity",
    plan: "Drift",
    receipt: "Receipt",
  },
  header: {
    multiRegion: "Multi-Region",
    keystore: "Keystore",
    connection: "Connection",
    regions: "Regions",
    status: "Status",
    replaces: "Replaces",
    replacedBy: "Replaced by",
    primary: "primary",
  },
  banner: {
    deletion: (day: string) => `AWS deletes this KMS key on ${day}`,
    deletionSome: "The deletion of this KMS key is scheduled",
    deletionDetail: "Until then it can be cancelled. Afterwards nobody can decrypt what it encrypted.",
    deletionDue: (day: string) => `AWS was to delete this KMS key on ${day}`,
    deletionDueDetail:
      "Whether AWS has deleted it is not proved yet. If it has, nobody can decrypt what it encrypted.",
    cancelDeletion: "Cancel deletion",
    foreignDeletion: "Nobody asked for this deletion here: somebody scheduled it in AWS.",
    restore: "Restore",
    gone: "AWS does not have this KMS key any more",
    goneDetail:
      "Nobody can decrypt what it encrypted. What the vault has of its material stays there, and its entries in the audit log. Once the record is of no use to you, forget it: Actions.",
    unknown: "AWS did not know this KMS key when it was last asked",
    unknownSince: (when: string) => `It was asked on ${when}.`,
    unknownDetail:
      "That does not prove that it was deleted. Check the account of its connection, and its Region, then observe it again. Keep its record until that is clear.",
    missing: "Key material is missing in AWS",
    missingDetail: "Until it is imported again, nothing can be encrypted or decrypted with this KMS key.",
    restoreMaterial: "Restore material",
    replaced: "A newer KMS key has taken its place",
    replacedDetail: "It stays for what was encrypted with it.",
    drift: "AWS differs from what is wanted",
    openDrift: "Look at the differences",
  },
  ...material,
  ...access,
  ...record,
} as const;
