// What a step of the wizard still wants.
import { rotationOf, whenOf } from "../../fields/rotation";
import { text } from "../../text";
import { endpointOf, hasAccessKey, identityOf, type ConnectionDraft } from "./settings";

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

export function missingOfRegions({ regions, endpoint }: ConnectionDraft): string[] {
  return only(
    regions.length === 0 && words.missingRegions,
    endpointOf(endpoint) === undefined && words.missingEndpoint,
  );
}

export function missingOfTrust({ proxy }: ConnectionDraft): string[] {
  return only(proxy.isUsed && proxy.url.trim() === "" && words.missingProxy);
}

export function missingOfSchedules({ rotation, accessKeyRotation, identity }: ConnectionDraft): string[] {
  const isMissing =
    rotationOf(rotation) === undefined || (hasAccessKey(identity) && whenOf(accessKeyRotation) === undefined);
  return only(isMissing && words.missingSchedule);
}
