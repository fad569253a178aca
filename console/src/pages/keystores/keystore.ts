// A keystore in words, and a new one as its form holds it.
import type { Schemas } from "../../api/client";
import type { Line } from "../../fields/changes";
import { newRotation, rotationLines, rotationOf, type RotationDraft } from "../../fields/rotation";
import { text } from "../../text";
import { NEW_POLICIES, policyLines, type Policies } from "./policy-fields";
import {
  daysProblem,
  endProblem,
  isJson,
  newTemplate,
  templateLines,
  templateOf,
  type TemplateDraft,
} from "./template";

const words = text.keystores;

export type Keystore = Schemas["KeystoreView"];

export interface KeystoreDraft {
  name: string;
  description: string;
  /** Empty is the default group. */
  group: string;
  connection: string;
  regions: string[];
  template: TemplateDraft;
  rotation: RotationDraft;
  policies: Policies;
}

/** Nobody chose any: those of the connection. */
export const AS_CONNECTION: string[] = [];

export function newKeystore(connection: string): KeystoreDraft {
  return {
    name: "",
    description: "",
    group: "",
    connection,
    regions: AS_CONNECTION,
    template: newTemplate(),
    rotation: newRotation("inherit"),
    policies: NEW_POLICIES,
  };
}

/** What each step of the wizard still wants. */
export const MISSING: ((draft: KeystoreDraft) => string[])[] = [
  ({ name }) => (name.trim() === "" ? [words.wizard.missingName] : []),
  ({ connection, regions }) => [
    ...(connection === "" ? [words.wizard.missingConnection] : []),
    ...(connection !== "" && regions.length === 0 ? [words.wizard.missingRegions] : []),
  ],
  ({ template }) => [
    ...(isJson(template.policy) ? [] : [words.wizard.badPolicy]),
    ...[endProblem(template), daysProblem(template)].filter((one) => one !== undefined),
  ],
  ({ rotation }) => (rotationOf(rotation) === undefined ? [words.wizard.missingSchedule] : []),
];

export function createRequest(draft: KeystoreDraft): Schemas["CreateKeystoreRequest"] | undefined {
  if (MISSING.some((missing) => missing(draft).length > 0)) return undefined;
  const rotation = rotationOf(draft.rotation);
  return {
    name: draft.name.trim(),
    description: draft.description,
    connection: draft.connection,
    regions: draft.regions,
    template: templateOf(draft.template, false),
    heal: draft.policies.heal,
    on_cancel_deletion: draft.policies.on_cancel_deletion,
    ...(draft.group === "" ? {} : { group: draft.group }),
    ...(rotation === undefined ? {} : { rotation }),
  };
}

/** Everything that a keystore says. */
export function keystoreLines(keystore: Keystore): Line[] {
  const { columns } = words;
  return [
    [columns.name, keystore.name],
    [columns.description, keystore.description],
    [columns.connection, keystore.connection_name],
    [columns.regions, keystore.regions.join(", ")],
    [columns.group, keystore.group_name ?? keystore.group],
    [columns.backend, words.backends[keystore.backend] ?? keystore.backend],
    ...templateLines(keystore.template),
    ...rotationLines(keystore.template.rotation),
    ...policyLines(keystore),
  ];
}
