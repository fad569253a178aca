// What is changed of a connection: only that is sent, and all else stays.
import type { Schemas } from "../../api/client";
import { missingOfTrust } from "./missing";
import {
  endpointDraft,
  endpointOf,
  identityOf,
  mayTrustOthers,
  NEW_IDENTITY,
  proxyOf,
  type Connection,
  type LinkDraft,
} from "./settings";

export interface UpdateDraft extends LinkDraft {
  /** Another identity is given, its secret too; else the stored one stays. */
  isOtherIdentity: boolean;
}

/** A connection as it is. */
export function updateDraft(connection: Connection): UpdateDraft {
  const { identity, tls, proxy } = connection;
  return {
    tier: connection.tier,
    regions: connection.regions,
    isOtherIdentity: false,
    identity: {
      ...NEW_IDENTITY,
      kind: identity.kind as typeof NEW_IDENTITY.kind,
      accessKeyId: identity.access_key_id ?? identity.base?.access_key_id ?? "",
      roleArn: identity.role_arn ?? "",
      externalId: identity.external_id ?? "",
      base: identity.base?.kind === "access-key" ? "access-key" : "host",
      profile: identity.profile ?? "",
      tokenFile: identity.token_file ?? "",
    },
    endpoint: endpointDraft(connection.endpoint),
    trust: {
      isOwn: (tls.ca_bundle ?? "") !== "",
      caBundle: tls.ca_bundle ?? "",
      checkHostName: tls.check_host_name,
      hasClient: (tls.client_certificate ?? "") !== "",
      chain: tls.client_certificate ?? "",
      privateKey: "",
    },
    proxy: { isUsed: proxy != null, url: proxy?.url ?? "", user: proxy?.user ?? "", password: "" },
  };
}

function tlsChange(before: LinkDraft, after: LinkDraft): Schemas["TlsChangeRequest"] | undefined {
  const [was, is] = [before.trust, mayTrustOthers(after.endpoint) ? after.trust : undefined];
  const caBundle = is?.caBundle.trim() ?? "";
  const chain = is?.chain.trim() ?? "";
  const change: Schemas["TlsChangeRequest"] = {};
  if (caBundle !== was.caBundle.trim()) {
    if (caBundle === "") change.remove_ca_bundle = true;
    else change.ca_bundle = caBundle;
  }
  if (chain !== was.chain.trim() || (is !== undefined && is.privateKey !== "")) {
    if (chain === "") change.remove_client_certificate = true;
    else change.client_certificate = { chain, private_key: is?.privateKey ?? "" };
  }
  if ((is?.checkHostName ?? true) !== was.checkHostName) change.check_host_name = is?.checkHostName ?? true;
  return Object.keys(change).length === 0 ? undefined : change;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What would be sent; nothing as long as something is missing, or where nothing changes. */
export function updateRequest(
  connection: Connection,
  draft: UpdateDraft,
  allowUnverified: boolean,
): Schemas["UpdateConnectionRequest"] | undefined {
  const before = updateDraft(connection);
  const identity = draft.isOtherIdentity ? identityOf(draft.identity) : undefined;
  const endpoint = endpointOf(draft.endpoint);
  if (endpoint === undefined || draft.regions.length === 0) return undefined;
  if (draft.isOtherIdentity && identity === undefined) return undefined;
  if (missingOfTrust(draft).length > 0) return undefined;
  const tls = tlsChange(before, draft);
  const proxy = isSame(before.proxy, draft.proxy) ? undefined : proxyOf(draft.proxy);
  const request: Schemas["UpdateConnectionRequest"] = {
    ...(draft.tier === before.tier ? {} : { tier: draft.tier }),
    ...(isSame(draft.regions, before.regions) ? {} : { regions: draft.regions }),
    ...(identity === undefined ? {} : { identity }),
    ...(isSame(endpoint, connection.endpoint) ? {} : { endpoint }),
    ...(tls === undefined ? {} : { tls }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(before.proxy.isUsed && !draft.proxy.isUsed ? { remove_proxy: true } : {}),
  };
  if (Object.keys(request).length === 0) return undefined;
  return allowUnverified ? { ...request, allow_unverified: true } : request;
}
