// Operations that ask for nothing: state and material.
import { change } from "../../../api/change";
import { text } from "../../../text";
import { about } from "./about";
import { defineSimple } from "./definition";
import { enabled, filled, notDisabled, notEnabled, onlyIn, ours, symmetric, unless } from "./fit";

const { operations: words, about: meanings } = text.kmsKeys;
const usual = onlyIn("ACTIVE", "INACTIVE", "REPLACED");

export const enable = defineSimple({
  id: "enable",
  text: words.enable,
  unfit: unless(usual, filled, notEnabled),
  one: ({ id }) => change("post", "/api/v1/kms-keys/{kms_key}/enable", { path: { kms_key: id } }),
  operation: "enable",
});

export const disable = defineSimple({
  id: "disable",
  text: words.disable,
  unfit: unless(usual, filled, notDisabled),
  one: ({ id }) => change("post", "/api/v1/kms-keys/{kms_key}/disable", { path: { kms_key: id } }),
  protects: true,
  operation: "disable",
});

export const activate = defineSimple({
  id: "activate",
  text: words.activate,
  unfit: onlyIn("INACTIVE", "REPLACED"),
  one: ({ id }) => change("post", "/api/v1/kms-keys/{kms_key}/activate", { path: { kms_key: id } }),
  operation: "activate",
});

export const deactivate = defineSimple({
  id: "deactivate",
  text: words.deactivate,
  unfit: unless(onlyIn("ACTIVE"), ours),
  fields: about(meanings.deactivate, "warning"),
  one: ({ id }) => change("post", "/api/v1/kms-keys/{kms_key}/deactivate", { path: { kms_key: id } }),
  operation: "deactivate",
  loses: true,
});

export const removeFromCloud = defineSimple({
  id: "remove-from-cloud",
  text: words.removeFromCloud,
  unfit: unless(usual, ours, filled),
  fields: about(meanings.removeFromCloud, "warning"),
  one: ({ id }) => change("post", "/api/v1/kms-keys/{kms_key}/remove-from-cloud", { path: { kms_key: id } }),
  operation: "remove-from-cloud",
  loses: true,
});

export const restore = defineSimple({
  id: "restore",
  text: words.restore,
  unfit: usual,
  fields: about(meanings.restore, "info"),
  one: ({ id }) => change("post", "/api/v1/kms-keys/{kms_key}/restore", { path: { kms_key: id } }),
  operation: "restore",
});

/** Imports what is missing: of a KMS key that is put to rest, by taking it back to work. */
export const restoreMaterial = defineSimple({
  id: "restore-material",
  text: words.restoreMaterial,
  of: true,
  unfit: onlyIn("ACTIVE", "INACTIVE", "REPLACED"),
  one: ({ id, life }) => {
    const path = { kms_key: id };
    if (life === "INACTIVE") return change("post", "/api/v1/kms-keys/{kms_key}/activate", { path });
    const body = { update_policy: true, import_material: true, delete_material: false };
    return change("post", "/api/v1/kms-keys/{kms_key}/synchronize", { path, body });
  },
});

export const uploadVersion = defineSimple({
  id: "upload-version",
  text: words.uploadVersion,
  of: true,
  unfit: unless(onlyIn("ACTIVE"), ours, symmetric, enabled),
  fields: about(meanings.uploadVersion, "info"),
  one: ({ id }) => change("post", "/api/v1/kms-keys/{kms_key}/upload-version", { path: { kms_key: id } }),
  operation: "upload-version",
});
