// What a step of the wizard still wants.
import { rotationOf, whenOf } from "../../fields/rotation";
import { text } from "../../text";
import {
  endpointOf,
  hasAccessKey,
  identityOf,
  mayTrustOthers,
  type ConnectionDraft,
  type LinkDraft,
} from "./settings";

const words = text.connections.wizard;

function only(...said: (string | false)[]): string[] {
  return said.filter((one) => one !== false);
}

export function missingOfAccount({ name, identity }: ConnectionDraft): string[] {
  return only(
    name.trim() === "" && words.missingName,
    identityOf(identity) === undefined && words.missingIdentity,
  );
}

export function missingOfRegions({ regions, endpoint }: Pick<LinkDraft, "regions" | "endpoint">): string[] {
  return only(
    regions.length === 0 && words.missingRegions,
    endpointOf(endpoint) === undefined && words.missingEndpoint,
  );
}

export function missingOfTrust({
  endpoint,
  trust,
  proxy,
}: Pick<LinkDraft, "endpoint" | "trust" | "proxy">): string[] {
  const mayChoose = mayTrustOthers(endpoint);
  return only(
    mayChoose && trust.isOwn && trust.caBundle.trim() === "" && words.missingRoots,
    mayChoose && trust.hasClient && trust.chain.trim() === "" && words.missingClient,
    proxy.isUsed && proxy.url.trim() === "" && words.missingProxy,
  );
}

/** The private key of a client certificate is stored nowhere yet. */
export function missingOfNewTrust(draft: ConnectionDraft): string[] {
  const { endpoint, trust } = draft;
  const lacksKey = mayTrustOthers(endpoint) && trust.hasClient && trust.privateKey.trim() === "";
  return [...missingOfTrust(draft), ...only(lacksKey && words.missingClientKey)];
}

export function missingOfSchedules({ rotation, accessKeyRotation, identity }: ConnectionDraft): string[] {
  const isMissing =
    rotationOf(rotation) === undefined || (hasAccessKey(identity) && whenOf(accessKeyRotation) === undefined);
  return only(isMissing && words.missingSchedule);
}
