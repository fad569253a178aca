// What somebody changes of many KMS keys at once, as a request.
import type { Schemas } from "../../../api/client";
import { tagsOf, type Tag } from "../../../fields/tags";

export interface EditedMany {
  fromTemplate: boolean;
  description: string;
  setsDescription: boolean;
  tags: Tag[];
  /** Keys of tags, with commas between. */
  removedTags: string;
}

export const NOTHING: EditedMany = {
  fromTemplate: false,
  description: "",
  setsDescription: false,
  tags: [],
  removedTags: "",
};

/** Undefined as long as nothing is changed. */
export function manyOf(edited: EditedMany): Schemas["UpdateKmsKeyRequest"] | undefined {
  const removed = edited.removedTags
    .split(",")
    .map((key) => key.trim())
    .filter((key) => key !== "");
  const gone = Object.fromEntries(removed.map((key): [string, null] => [key, null]));
  const tags = { ...gone, ...tagsOf(edited.tags) };
  const request: Schemas["UpdateKmsKeyRequest"] = {
    ...(edited.fromTemplate ? { from_template: true } : {}),
    ...(edited.setsDescription ? { description: edited.description } : {}),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
  };
  return Object.keys(request).length === 0 ? undefined : request;
}
