//! How an AWS account is reached. Secrets are in it as the vault sealed them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyferry_domain::connection::{
    ClientCertificate, Endpoint, Identity, LinkSettings, Proxy, RoleToAssume, SealedSecret,
    TlsTrust,
};
use keyferry_ports::records::Records;
use serde::{Deserialize, Serialize};

use super::text::Text;
use super::{decode, encode, format_of, unknown_format};

const WHAT: &str = "link";

/// Writes link settings in the newest format.
pub(crate) fn to_json(link: &LinkSettings<SealedSecret>) -> Records<String> {
    encode(WHAT, 1, LinkV1::from(link.clone()))
}

/// Reads link settings of any format.
pub(crate) fn from_json(json: &str) -> Records<LinkSettings<SealedSecret>> {
    match format_of(WHAT, json)? {
        1 => Ok(decode::<LinkV1>(WHAT, json)?.into()),
        other => unknown_format(WHAT, other),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkV1 {
    identity: IdentityV1,
    endpoint: EndpointV1,
    tls: TlsV1,
    proxy: Option<ProxyV1>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
enum IdentityV1 {
    AccessKey {
        access_key_id: String,
        secret_access_key: Text<Sealed>,
    },
    AssumeRole {
        role_arn: String,
        external_id: Option<String>,
        base: Box<IdentityV1>,
    },
    WebIdentity {
        role_arn: String,
        token_file: String,
    },
    Host {
        profile: Option<String>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
enum EndpointV1 {
    Standard,
    Fips,
    Vpc { host: String },
    Custom { url: String },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TlsV1 {
    ca_bundle: Option<String>,
    client_certificate: Option<ClientCertificateV1>,
    check_host_name: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientCertificateV1 {
    chain: String,
    private_key: Text<Sealed>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProxyV1 {
    url: String,
    credentials: Option<CredentialsV1>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CredentialsV1 {
    user: String,
    password: Text<Sealed>,
}

/// A sealed secret as base64.
struct Sealed(SealedSecret);

impl std::fmt::Display for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&STANDARD.encode(self.0.as_bytes()))
    }
}

impl std::str::FromStr for Sealed {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let bytes = STANDARD
            .decode(text)
            .map_err(|_| "a sealed secret is not base64")?;
        Ok(Self(SealedSecret::new(bytes)))
    }
}

fn sealed(secret: SealedSecret) -> Text<Sealed> {
    Text(Sealed(secret))
}

impl From<Identity<SealedSecret>> for IdentityV1 {
    fn from(identity: Identity<SealedSecret>) -> Self {
        match identity {
            Identity::AccessKey {
                access_key_id,
                secret_access_key,
            } => Self::AccessKey {
                access_key_id,
                secret_access_key: sealed(secret_access_key),
            },
            Identity::AssumeRole {
                role:
                    RoleToAssume {
                        role_arn,
                        external_id,
                    },
                base,
            } => Self::AssumeRole {
                role_arn,
                external_id,
                base: Box::new((*base).into()),
            },
            Identity::WebIdentity {
                role_arn,
                token_file,
            } => Self::WebIdentity {
                role_arn,
                token_file,
            },
            Identity::Host { profile } => Self::Host { profile },
        }
    }
}

impl From<IdentityV1> for Identity<SealedSecret> {
    fn from(identity: IdentityV1) -> Self {
        match identity {
            IdentityV1::AccessKey {
                access_key_id,
                secret_access_key,
            } => Self::AccessKey {
                access_key_id,
                secret_access_key: secret_access_key.0.0,
            },
            IdentityV1::AssumeRole {
                role_arn,
                external_id,
                base,
            } => {
                let role = RoleToAssume {
                    role_arn,
                    external_id,
                };
                Self::AssumeRole {
                    role,
                    base: Box::new((*base).into()),
                }
            }
            IdentityV1::WebIdentity {
                role_arn,
                token_file,
            } => Self::WebIdentity {
                role_arn,
                token_file,
            },
            IdentityV1::Host { profile } => Self::Host { profile },
        }
    }
}

impl From<Endpoint> for EndpointV1 {
    fn from(endpoint: Endpoint) -> Self {
        match endpoint {
            Endpoint::Standard => Self::Standard,
            Endpoint::Fips => Self::Fips,
            Endpoint::Vpc { host } => Self::Vpc { host },
            Endpoint::Custom { url } => Self::Custom { url },
        }
    }
}

impl From<EndpointV1> for Endpoint {
    fn from(endpoint: EndpointV1) -> Self {
        match endpoint {
            EndpointV1::Standard => Self::Standard,
            EndpointV1::Fips => Self::Fips,
            EndpointV1::Vpc { host } => Self::Vpc { host },
            EndpointV1::Custom { url } => Self::Custom { url },
        }
    }
}

impl From<LinkSettings<SealedSecret>> for LinkV1 {
    fn from(link: LinkSettings<SealedSecret>) -> Self {
        let LinkSettings {
            identity,
            endpoint,
            tls,
            proxy,
        } = link;
        let TlsTrust {
            ca_bundle,
            client_certificate,
            check_host_name,
        } = tls;
        let client_certificate = client_certificate.map(|own| {
            let ClientCertificate { chain, private_key } = own;
            ClientCertificateV1 {
                chain,
                private_key: sealed(private_key),
            }
        });
        let proxy = proxy.map(|Proxy { url, credentials }| {
            let credentials = credentials.map(|(user, password)| CredentialsV1 {
                user,
                password: sealed(password),
            });
            ProxyV1 { url, credentials }
        });
        let tls = TlsV1 {
            ca_bundle,
            client_certificate,
            check_host_name,
        };
        Self {
            identity: identity.into(),
            endpoint: endpoint.into(),
            tls,
            proxy,
        }
    }
}

impl From<LinkV1> for LinkSettings<SealedSecret> {
    fn from(link: LinkV1) -> Self {
        let LinkV1 {
            identity,
            endpoint,
            tls,
            proxy,
        } = link;
        let TlsV1 {
            ca_bundle,
            client_certificate,
            check_host_name,
        } = tls;
        let client_certificate = client_certificate.map(|own| {
            let ClientCertificateV1 { chain, private_key } = own;
            ClientCertificate {
                chain,
                private_key: private_key.0.0,
            }
        });
        let proxy = proxy.map(|ProxyV1 { url, credentials }| {
            let credentials =
                credentials.map(|CredentialsV1 { user, password }| (user, password.0.0));
            Proxy { url, credentials }
        });
        let tls = TlsTrust {
            ca_bundle,
            client_certificate,
            check_host_name,
        };
        Self {
            identity: identity.into(),
            endpoint: endpoint.into(),
            tls,
            proxy,
        }
    }
}
