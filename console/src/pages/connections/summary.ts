// A connection's settings in words, as they are stored or would be.
import type { Line } from "../../fields/changes";
import { rotationInWords } from "../../fields/rotation";
import { text } from "../../text";
import { addRequest, hasAccessKey, mayTrustOthers, type ConnectionDraft } from "./settings";

const words = text.connections;

function endpointInWords({ endpoint }: ConnectionDraft): string {
  if (endpoint.kind === "vpc") return endpoint.host;
  return endpoint.kind === "custom" ? endpoint.url : words.endpoint.kinds[endpoint.kind];
}

function trustInWords({ endpoint, trust }: ConnectionDraft): string {
  if (!mayTrustOthers(endpoint) || trust.caBundle.trim() === "") return words.page.tlsUsual;
  return words.page.tlsOwn;
}

/** What is going to be stored, without secrets. */
export function summaryOf(draft: ConnectionDraft): Line[] {
  const request = addRequest(draft, false);
  const { identity } = draft;
  const rotations: Line[] = [
    [words.wizard.rotation, rotationInWords(request?.rotation)],
    ...(hasAccessKey(identity)
      ? [[words.wizard.accessKeyRotation, rotationInWords(request?.access_key_rotation)] as const]
      : []),
  ];
  return [
    [words.wizard.name, draft.name],
    [words.wizard.group, draft.group === "" ? words.wizard.defaultGroup : draft.group],
    [words.identity.label, words.identity.kinds[identity.kind]],
    ...(hasAccessKey(identity) ? [[words.identity.accessKeyId, identity.accessKeyId] as const] : []),
    [words.tier.label, words.tier.names[draft.tier]],
    [words.regions.label, draft.regions.join(", ")],
    [words.endpoint.label, endpointInWords(draft)],
    [words.trust.label, trustInWords(draft)],
    [words.proxy.label, draft.proxy.isUsed ? draft.proxy.url : words.page.noProxy],
    ...rotations,
  ];
}
