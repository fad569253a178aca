//! Connections: how one AWS account is reached.

use std::fmt;

use jiff::Timestamp;

use crate::arn::{Account, Region};
use crate::id::{ConnectionId, GroupId};
use crate::name::Name;
use crate::schedule::{RotationSchedule, next_due};

/// A secret that the vault sealed for a row: useless without the open vault.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret(Vec<u8>);

impl SealedSecret {
    /// Takes the vault's own format.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The stored bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedSecret({} bytes)", self.0.len())
    }
}

/// MAC of the vault over a connection's id and link settings ([`crate::link_binding`]). Without it nothing is called:
/// whoever can write the database cannot choose where key material goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkMac(Vec<u8>);

impl LinkMac {
    /// Takes the vault's own format.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The stored bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A role to assume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleToAssume {
    /// `arn:…:iam::…:role/…`.
    pub role_arn: String,
    /// Sent as `ExternalId` where the trust policy asks for it.
    pub external_id: Option<String>,
}

/// Who we are in AWS. `S` holds the secret: sealed in records, open at the moment of use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity<S> {
    /// A static access key of an IAM user.
    AccessKey {
        /// Public half.
        access_key_id: String,
        /// Secret half.
        secret_access_key: S,
    },
    /// A role, assumed from another identity.
    AssumeRole {
        /// The role.
        role: RoleToAssume,
        /// Who assumes it.
        base: Box<Identity<S>>,
    },
    /// A role, assumed with a token file of an OpenID provider.
    WebIdentity {
        /// The role; it takes no external id.
        role_arn: String,
        /// The file with the token; read anew each time.
        token_file: String,
    },
    /// The host's own credentials (instance or container role, shared profile named here).
    Host {
        /// A profile of the host's AWS configuration, or the default chain.
        profile: Option<String>,
    },
}

impl<S> Identity<S> {
    /// A word for lists: `access-key`, `assume-role`, `web-identity`, `host`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::AccessKey { .. } => "access-key",
            Self::AssumeRole { .. } => "assume-role",
            Self::WebIdentity { .. } => "web-identity",
            Self::Host { .. } => "host",
        }
    }

    /// The public half of the access key that everything begins with, where it is one.
    pub fn access_key_id(&self) -> Option<&str> {
        match self {
            Self::AccessKey { access_key_id, .. } => Some(access_key_id),
            Self::AssumeRole { base, .. } => base.access_key_id(),
            Self::WebIdentity { .. } | Self::Host { .. } => None,
        }
    }

    /// The same identity with another access key in the place of its own. Without one it stays as it is.
    #[must_use]
    pub fn with_access_key(self, id: String, secret: S) -> Self {
        match self {
            Self::AccessKey { .. } => Self::AccessKey {
                access_key_id: id,
                secret_access_key: secret,
            },
            Self::AssumeRole { role, base } => Self::AssumeRole {
                role,
                base: Box::new(base.with_access_key(id, secret)),
            },
            Self::WebIdentity { .. } | Self::Host { .. } => self,
        }
    }

    /// The same identity with its secret transformed, for sealing and opening.
    pub fn try_map_secret<T, E>(
        &self,
        f: &mut impl FnMut(&'static str, &S) -> Result<T, E>,
    ) -> Result<Identity<T>, E> {
        Ok(match self {
            Self::AccessKey {
                access_key_id,
                secret_access_key,
            } => Identity::AccessKey {
                access_key_id: access_key_id.clone(),
                secret_access_key: f("identity.secret_access_key", secret_access_key)?,
            },
            Self::AssumeRole { role, base } => Identity::AssumeRole {
                role: role.clone(),
                base: Box::new(base.try_map_secret(f)?),
            },
            Self::WebIdentity {
                role_arn,
                token_file,
            } => Identity::WebIdentity {
                role_arn: role_arn.clone(),
                token_file: token_file.clone(),
            },
            Self::Host { profile } => Identity::Host {
                profile: profile.clone(),
            },
        })
    }
}

/// Which of AWS's endpoints to call. Whoever controls this can be handed key material wrapped to his own
/// key: a change is an export-equivalent act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// `kms.REGION.SUFFIX`; Amazon's roots are pinned.
    Standard,
    /// `kms-fips.REGION.SUFFIX`; Amazon's roots are pinned.
    Fips,
    /// A VPC interface endpoint's host name; Amazon's roots are pinned unless a CA bundle is chosen.
    Vpc {
        /// Such as `vpce-0123-abcd.kms.eu-west-1.vpce.amazonaws.com`.
        host: String,
    },
    /// Any URL, for every service.
    Custom {
        /// `https://host:port`.
        url: String,
    },
}

impl Endpoint {
    /// A word for lists: `standard`, `fips`, `vpc`, `custom`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Fips => "fips",
            Self::Vpc { .. } => "vpc",
            Self::Custom { .. } => "custom",
        }
    }
}

/// How the server at the other end proves itself, and we to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsTrust<S> {
    /// PEM bundle that replaces Amazon's roots for the host of a VPC or custom endpoint, and for no other host.
    pub ca_bundle: Option<String>,
    /// Certificate chain and private key for mutual TLS.
    pub client_certificate: Option<ClientCertificate<S>>,
    /// Whether the certificate must name the host; on unless a custom CA is set.
    pub check_host_name: bool,
}

impl<S> Default for TlsTrust<S> {
    fn default() -> Self {
        Self {
            ca_bundle: None,
            client_certificate: None,
            check_host_name: true,
        }
    }
}

/// A client certificate with its private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate<S> {
    /// PEM chain, leaf first.
    pub chain: String,
    /// PEM private key.
    pub private_key: S,
}

/// An outbound HTTP proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy<S> {
    /// `http://host:port`.
    pub url: String,
    /// Basic authentication: user and password.
    pub credentials: Option<(String, S)>,
}

crate::words! {
    /// How far a connection's rights go.
    Tier {
        /// Reads only.
        Observe = "observe",
        /// Creates, imports, rotates, enables; no deletion.
        Import = "import",
        /// Everything that Keyferry does.
        Full = "full",
    }
}

/// Whether the link works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkHealth {
    /// Never tried.
    Unknown,
    /// The last call got through.
    Connected {
        /// Since when.
        since: Timestamp,
    },
    /// The last call did not.
    NotConnected {
        /// Why, in one sentence.
        why: String,
        /// Since when.
        since: Timestamp,
    },
}

/// Everything needed to open a link, secrets of type `S`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkSettings<S> {
    /// Who we are.
    pub identity: Identity<S>,
    /// Where we call.
    pub endpoint: Endpoint,
    /// Whom we trust.
    pub tls: TlsTrust<S>,
    /// Through what.
    pub proxy: Option<Proxy<S>>,
}

impl<S> LinkSettings<S> {
    /// The same settings with every secret transformed, for sealing and opening.
    pub fn try_map_secrets<T, E>(
        &self,
        mut f: impl FnMut(&'static str, &S) -> Result<T, E>,
    ) -> Result<LinkSettings<T>, E> {
        let identity = self.identity.try_map_secret(&mut f)?;
        let client_certificate = match &self.tls.client_certificate {
            Some(own) => Some(ClientCertificate {
                chain: own.chain.clone(),
                private_key: f("tls.client_certificate.private_key", &own.private_key)?,
            }),
            None => None,
        };
        let proxy = match &self.proxy {
            Some(proxy) => Some(Proxy {
                url: proxy.url.clone(),
                credentials: match &proxy.credentials {
                    Some((user, password)) => Some((user.clone(), f("proxy.password", password)?)),
                    None => None,
                },
            }),
            None => None,
        };
        let tls = TlsTrust {
            ca_bundle: self.tls.ca_bundle.clone(),
            client_certificate,
            check_host_name: self.tls.check_host_name,
        };
        Ok(LinkSettings {
            identity,
            endpoint: self.endpoint.clone(),
            tls,
            proxy,
        })
    }
}

/// How old a connection's access key is, and when it rotates by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessKeyCare {
    /// Since when the one in use is in use; `None` where the identity has none.
    pub since: Option<Timestamp>,
    /// When it rotates; method and what follows say nothing here.
    pub rotation: Option<RotationSchedule>,
    /// When it rotates next, or is tried again.
    pub due: Option<Timestamp>,
}

impl AccessKeyCare {
    /// Another access key, or none, is in use from now on.
    pub fn began(&mut self, has_key: bool, now: Timestamp) {
        self.since = has_key.then_some(now);
        self.count(now);
    }

    /// Counts anew when it rotates next.
    pub fn count(&mut self, now: Timestamp) {
        let rule = self.rotation.as_ref().filter(|_| self.since.is_some());
        self.due = rule.and_then(|rule| next_due(rule, self.since, now));
    }
}

/// How one AWS account is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Identity.
    pub id: ConnectionId,
    /// Unique.
    pub name: Name,
    /// Who owns it.
    pub group: GroupId,
    /// Learned at the first verify and fixed from then on.
    pub account: Option<Account>,
    /// The Regions in use; the first is the default.
    pub regions: Vec<Region>,
    /// Identity, endpoint, trust, proxy.
    pub link: LinkSettings<SealedSecret>,
    /// Says that `link` was set by Keyferry for this connection.
    pub link_mac: LinkMac,
    /// How far its rights go.
    pub tier: Tier,
    /// When keys rotate in keystores that do not say otherwise; taken over when the keystore is made.
    pub rotation: Option<RotationSchedule>,
    /// How old the access key is, and when it rotates.
    pub access_key: AccessKeyCare,
    /// Whether the link works.
    pub health: LinkHealth,
    /// Who added it, as the log names them.
    pub created_by: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts changes.
    pub revision: u64,
}
