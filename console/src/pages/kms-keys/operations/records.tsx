// Operations on Keyferry's record of a KMS key.
import Alert from "@cloudscape-design/components/alert";

import { change } from "../../../api/change";
import { text } from "../../../text";
import { defineSimple } from "./definition";
import { gone, managed } from "./fit";

const words = text.kmsKeys.operations;
const about = text.kmsKeys.about;

export const release = defineSimple({
  id: "release",
  text: words.release,
  unfit: managed,
  one: ({ id }) => change("post", "/api/v1/kms-keys/{kms_key}/release", { path: { kms_key: id } }),
  operation: "release",
  loses: true,
  render: () => <Alert type="info">{about.release}</Alert>,
});

export const forget = defineSimple({
  id: "forget",
  text: words.forget,
  unfit: gone,
  one: ({ id }) => change("post", "/api/v1/kms-keys/{kms_key}/forget", { path: { kms_key: id } }),
  loses: true,
  render: () => <Alert type="info">{about.forget}</Alert>,
});
