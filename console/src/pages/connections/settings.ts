// The settings of a connection as forms hold them, and as the API takes them.
import type { Schemas } from "../../api/client";
import { newRotation, rotationOf, whenOf, type RotationDraft } from "../../fields/rotation";

export type Connection = Schemas["ConnectionView"];
export type Identity = Schemas["IdentityRequest"];
export type Tier = Schemas["Tier"];

export interface IdentityDraft {
  kind: "access-key" | "assume-role" | "web-identity" | "host";
  accessKeyId: string;
  secret: string;
  roleArn: string;
  externalId: string;
  /** As whom the role is assumed. */
  base: "host" | "access-key";
  profile: string;
  tokenFile: string;
}

export interface EndpointDraft {
  kind: Schemas["EndpointSpec"]["kind"];
  host: string;
  url: string;
}

export interface TrustDraft {
  /** Roots of one's own are trusted: they have to be given then. */
  isOwn: boolean;
  caBundle: string;
  checkHostName: boolean;
  /** A client certificate is shown: with its chain and key. */
  hasClient: boolean;
  chain: string;
  privateKey: string;
}

export interface ProxyDraft {
  isUsed: boolean;
  url: string;
  user: string;
  password: string;
}

/** How an account is reached. */
export interface LinkDraft {
  tier: Tier;
  identity: IdentityDraft;
  regions: string[];
  endpoint: EndpointDraft;
  trust: TrustDraft;
  proxy: ProxyDraft;
}

/** A new connection. */
export interface ConnectionDraft extends LinkDraft {
  name: string;
  /** Empty is the default group. */
  group: string;
  rotation: RotationDraft;
  accessKeyRotation: RotationDraft;
}

export const NEW_IDENTITY: IdentityDraft = {
  kind: "access-key",
  accessKeyId: "",
  secret: "",
  roleArn: "",
  externalId: "",
  base: "host",
  profile: "",
  tokenFile: "",
};

export const NEW_CONNECTION: ConnectionDraft = {
  name: "",
  group: "",
  tier: "full",
  identity: NEW_IDENTITY,
  regions: [],
  endpoint: { kind: "standard", host: "", url: "" },
  trust: {
    isOwn: false,
    caBundle: "",
    checkHostName: true,
    hasClient: false,
    chain: "",
    privateKey: "",
  },
  proxy: { isUsed: false, url: "", user: "", password: "" },
  rotation: newRotation("never"),
  accessKeyRotation: newRotation("never"),
};

function accessKeyOf({ accessKeyId, secret }: IdentityDraft): Identity | undefined {
  if (accessKeyId.trim() === "" || secret.trim() === "") return undefined;
  return { kind: "access-key", access_key_id: accessKeyId.trim(), secret_access_key: secret.trim() };
}

/** As whom Keyferry comes; nothing as long as something is missing. */
export function identityOf(draft: IdentityDraft): Identity | undefined {
  const roleArn = draft.roleArn.trim();
  switch (draft.kind) {
    case "access-key":
      return accessKeyOf(draft);
    case "host":
      return { kind: "host", ...(draft.profile.trim() === "" ? {} : { profile: draft.profile.trim() }) };
    case "web-identity":
      if (roleArn === "" || draft.tokenFile.trim() === "") return undefined;
      return { kind: "web-identity", role_arn: roleArn, token_file: draft.tokenFile.trim() };
    case "assume-role": {
      const base: Identity | undefined = draft.base === "host" ? { kind: "host" } : accessKeyOf(draft);
      if (roleArn === "" || base === undefined) return undefined;
      const externalId = draft.externalId.trim();
      return {
        kind: "assume-role",
        role_arn: roleArn,
        base,
        ...(externalId === "" ? {} : { external_id: externalId }),
      };
    }
  }
}

/** Whether an access key takes part, which can be rotated. */
export function hasAccessKey({ kind, base }: IdentityDraft): boolean {
  return kind === "access-key" || (kind === "assume-role" && base === "access-key");
}

/** Which of AWS's endpoints is called; nothing as long as its address is missing. */
export function endpointOf({ kind, host, url }: EndpointDraft): Schemas["EndpointSpec"] | undefined {
  if (kind === "vpc") return host.trim() === "" ? undefined : { kind, host: host.trim() };
  if (kind === "custom") return url.trim() === "" ? undefined : { kind, url: url.trim() };
  return { kind };
}

export function endpointDraft(endpoint: Schemas["EndpointSpec"]): EndpointDraft {
  return {
    kind: endpoint.kind,
    host: endpoint.kind === "vpc" ? endpoint.host : "",
    url: endpoint.kind === "custom" ? endpoint.url : "",
  };
}

/** AWS's own endpoints are trusted by Amazon's roots alone. */
export function mayTrustOthers({ kind }: EndpointDraft): boolean {
  return kind === "vpc" || kind === "custom";
}

function tlsOf({ endpoint, trust }: LinkDraft): Schemas["TlsRequest"] | undefined {
  if (!mayTrustOthers(endpoint)) return undefined;
  const { caBundle, checkHostName, chain, privateKey } = trust;
  return {
    check_host_name: checkHostName,
    ...(caBundle.trim() === "" ? {} : { ca_bundle: caBundle }),
    ...(chain.trim() === "" ? {} : { client_certificate: { chain, private_key: privateKey } }),
  };
}

export function proxyOf({ isUsed, url, user, password }: ProxyDraft): Schemas["ProxyRequest"] | undefined {
  if (!isUsed || url.trim() === "") return undefined;
  return {
    url: url.trim(),
    ...(user.trim() === "" ? {} : { user: user.trim() }),
    ...(password === "" ? {} : { password }),
  };
}

/** What is stored; nothing as long as something is missing. */
export function addRequest(
  draft: ConnectionDraft,
  allowUnverified: boolean,
): Schemas["AddConnectionRequest"] | undefined {
  const identity = identityOf(draft.identity);
  const endpoint = endpointOf(draft.endpoint);
  if (identity === undefined || endpoint === undefined) return undefined;
  if (draft.name.trim() === "" || draft.regions.length === 0) return undefined;
  const tls = tlsOf(draft);
  const proxy = proxyOf(draft.proxy);
  const rotation = draft.rotation.when === "never" ? undefined : rotationOf(draft.rotation);
  const schedule =
    hasAccessKey(draft.identity) && draft.accessKeyRotation.when !== "never"
      ? whenOf(draft.accessKeyRotation)
      : undefined;
  return {
    name: draft.name.trim(),
    identity,
    regions: draft.regions,
    tier: draft.tier,
    endpoint,
    ...(draft.group === "" ? {} : { group: draft.group }),
    ...(tls === undefined ? {} : { tls }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(rotation === undefined ? {} : { rotation }),
    ...(schedule === undefined ? {} : { access_key_rotation: schedule }),
    ...(allowUnverified ? { allow_unverified: true } : {}),
  };
}
