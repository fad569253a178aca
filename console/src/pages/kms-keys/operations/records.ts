// Operations on Keyferry's record of a KMS key.
import { change } from "../../../api/change";
import { text } from "../../../text";
import { about } from "./about";
import { defineSimple } from "./definition";
import { gone, managed } from "./fit";

const { operations: words, about: meanings } = text.kmsKeys;

export const release = defineSimple({
  id: "release",
  text: words.release,
  unfit: managed,
  fields: about(meanings.release, "warning"),
  one: ({ id }) => change("post", "/api/v1/kms-keys/{kms_key}/release", { path: { kms_key: id } }),
  operation: "release",
  loses: true,
});

export const forget = defineSimple({
  id: "forget",
  text: words.forget,
  unfit: gone,
  fields: about(meanings.forget, "warning"),
  one: ({ id }) => change("post", "/api/v1/kms-keys/{kms_key}/forget", { path: { kms_key: id } }),
  loses: true,
  drops: text.kmsKeys.forgotten,
});
