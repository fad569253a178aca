// The template of a keystore as forms hold it, and as the API takes and shows it.
import type { Schemas } from "../../api/client";
import type { Line } from "../../fields/changes";
import { lifetimeOf } from "../../fields/lifetime";
import { momentOf, noMoment, type Moment } from "../../fields/moment-field";
import { rowsOf, tagsOf, type Tag } from "../../fields/tags";
import { exactly } from "../../format/time";
import { shownIn, stamped } from "../../format/zone";
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
  /** Without a date for ever. */
  end: Moment;
  /** The end that is kept, to the fraction of a second, of which `end` shows the minute. */
  keptEnd?: string | undefined;
  /** For how many days instead; empty says none. */
  days: string;
}

export function newTemplate(): TemplateDraft {
  return {
    spec: "AES-256",
    usage: "ENCRYPT_DECRYPT",
    description: "",
    tags: [],
    policy: "",
    isMultiRegion: false,
    end: noMoment(),
    days: "",
  };
}

function shownEnd(kept: string | null | undefined): Moment {
  const none = noMoment();
  return kept == null ? none : { ...none, ...shownIn(none.zone, new Date(kept)) };
}

/** When material ends; nothing where a date is not whole. What was kept stays exact unless it is changed. */
function endOf({ end, keptEnd }: TemplateDraft): string | undefined {
  const at = momentOf(end);
  if (at === undefined) return undefined;
  const isKept = keptEnd !== undefined && momentOf(shownEnd(keptEnd))?.getTime() === at.getTime();
  return isKept ? keptEnd : stamped(at);
}

/** The longest time that is said in days: a hundred years. */
const DAYS_MAX = 36_525;

/** What is wrong with until when material stays. */
export function endProblem({ end }: TemplateDraft): string | undefined {
  return end.date === "" || momentOf(end) !== undefined ? undefined : words.badEnd;
}

/** What is wrong with for how many days it stays. */
export function daysProblem({ end, days }: TemplateDraft): string | undefined {
  const said = days.trim();
  if (said === "") return undefined;
  if (end.date !== "") return words.oneEnd;
  const isCount = /^[0-9]+$/.test(said) && Number(said) >= 1 && Number(said) <= DAYS_MAX;
  return isCount ? undefined : words.badDays(DAYS_MAX);
}

/** Whether all that is said makes sense. */
export function isWhole(draft: TemplateDraft): boolean {
  return isJson(draft.policy) && endProblem(draft) === undefined && daysProblem(draft) === undefined;
}

export function templateDraft(template: Template): TemplateDraft {
  return {
    spec: template.spec,
    usage: template.usage,
    description: template.description,
    tags: rowsOf(template.tags),
    policy: template.policy ?? "",
    isMultiRegion: template.multi_region,
    end: shownEnd(template.expires_at),
    keptEnd: template.expires_at ?? undefined,
    days: template.valid_days == null ? "" : String(template.valid_days),
  };
}

/** How long material stays, as the API takes it; a keystore that is there already says too that it has no end. */
function lastingOf(
  draft: TemplateDraft,
  isThere: boolean,
): Pick<Schemas["TemplateRequest"], "expires_at" | "valid_days"> {
  const [end, days] = [endOf(draft), draft.days.trim()];
  if (days !== "") return { valid_days: Number(days) };
  if (end !== undefined) return { expires_at: end };
  return isThere ? { expires_at: "never" } : {};
}

/** A template for a keystore that is there already says too what is taken away. */
export function templateOf(draft: TemplateDraft, isThere: boolean): Schemas["TemplateRequest"] {
  const policy = draft.policy.trim();
  return {
    spec: draft.spec,
    usage: draft.usage,
    description: draft.description,
    tags: tagsOf(draft.tags),
    multi_region: draft.isMultiRegion,
    ...(policy === "" ? (isThere ? { remove_policy: true } : {}) : { policy }),
    ...lastingOf(draft, isThere),
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
    [words.expires, lifetimeOf(template, exactly)],
  ];
}
