// The template of a keystore as forms hold it, and as the API takes and shows it.
import type { Schemas } from "../../api/client";
import type { Line } from "../../fields/changes";
import { ownTimeZone } from "../../fields/rotation";
import { rowsOf, tagsOf, type Tag } from "../../fields/tags";
import { exactly } from "../../format/time";
import { text } from "../../text";

const words = text.keystores.template;

export type Template = Schemas["TemplateView"];

export interface TemplateDraft {
  spec: string;
  usage: string;
  description: string;
  tags: Tag[];
  policy: string;
  isMultiRegion: boolean;
  /** Empty is for ever. */
  expires: string;
  timeZone: string;
}

export function newTemplate(): TemplateDraft {
  return {
    spec: "AES-256",
    usage: "ENCRYPT_DECRYPT",
    description: "",
    tags: [],
    policy: "",
    isMultiRegion: false,
    expires: "",
    timeZone: ownTimeZone(),
  };
}

export function templateDraft(template: Template): TemplateDraft {
  return {
    spec: template.spec,
    usage: template.usage,
    description: template.description,
    tags: rowsOf(template.tags),
    policy: template.policy ?? "",
    isMultiRegion: template.multi_region,
    expires: template.expires_at ?? "",
    timeZone: ownTimeZone(),
  };
}

/** A template for a keystore that is there already says too what is taken away. */
export function templateOf(draft: TemplateDraft, isThere: boolean): Schemas["TemplateRequest"] {
  const [policy, expires] = [draft.policy.trim(), draft.expires.trim()];
  return {
    spec: draft.spec,
    usage: draft.usage,
    description: draft.description,
    tags: tagsOf(draft.tags),
    multi_region: draft.isMultiRegion,
    ...(policy === "" ? (isThere ? { remove_policy: true } : {}) : { policy }),
    ...(expires === ""
      ? isThere
        ? { expires_at: "never" }
        : {}
      : { expires_at: expires, time_zone: draft.timeZone }),
  };
}

export function isJson(policy: string): boolean {
  if (policy.trim() === "") return true;
  try {
    JSON.parse(policy);
    return true;
  } catch {
    return false;
  }
}

/** A template in words. */
export function templateLines(template: Template): Line[] {
  const tags = Object.entries(template.tags).map(([key, value]) => `${key}=${value}`);
  return [
    [words.spec, template.spec],
    [words.usage, template.usage],
    [words.description, template.description],
    [words.tags, tags.join(", ")],
    [words.policy, template.policy ?? words.awsDefault],
    [words.multiRegionShort, template.multi_region ? text.shell.yes : text.shell.no],
    [words.expires, template.expires_at == null ? text.shell.never : exactly(template.expires_at)],
  ];
}
