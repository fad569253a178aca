//! Who we are: identities as sources of credentials, cached until shortly before they expire.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_sts::types::Credentials as StsCredentials;
use jiff::{SignedDuration, Timestamp};
use keyferry_domain::connection::{Identity, RoleToAssume};
use keyferry_ports::aws::{CallFailure, NotSentStage, Refusal};
use keyferry_ports::secret::SecretText;
use tokio::sync::OnceCell;

use crate::clock::after;
use crate::errors::{failure, innermost};
use crate::link::{Link, client};
use crate::wire::Wire;

/// Credentials are renewed this long before they expire: longer than any call.
const RENEW_BEFORE: SignedDuration = SignedDuration::from_mins(5);

/// Why there are no credentials: at which stage, and in one sentence without a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoCredentials {
    pub(crate) stage: NotSentStage,
    pub(crate) why: String,
}

impl From<String> for NoCredentials {
    fn from(why: String) -> Self {
        Self {
            stage: NotSentStage::Credentials,
            why,
        }
    }
}

impl From<CallFailure> for NoCredentials {
    /// What a failed call for credentials says about the identity. A way that is closed is told as such.
    fn from(failure: CallFailure) -> Self {
        let stage = match &failure {
            CallFailure::Refused { refusal, .. } => match refusal {
                Refusal::Unauthenticated | Refusal::ExpiredToken => NotSentStage::BaseIdentity,
                Refusal::RequestExpired => NotSentStage::Clock,
                Refusal::OptInRequired => NotSentStage::Region,
                Refusal::Throttling => NotSentStage::Credentials,
                _ => NotSentStage::Role,
            },
            CallFailure::NotSent { stage, .. } => *stage,
            CallFailure::Unknown { .. } | CallFailure::WrongAnswer { .. } => {
                NotSentStage::Credentials
            }
        };
        Self {
            stage,
            why: failure.to_string(),
        }
    }
}

/// A source of credentials with its cache.
pub(crate) struct CredentialSource {
    kind: Kind,
    held: Mutex<Option<Credentials>>,
    /// One renewal at a time.
    renewing: tokio::sync::Mutex<()>,
}

enum Kind {
    Fixed(Credentials),
    Role {
        role: RoleToAssume,
        base: Arc<CredentialSource>,
    },
    WebIdentity {
        role_arn: String,
        token_file: String,
    },
    Host(Host),
}

struct Host {
    profile: Option<String>,
    wire: Wire,
    chain: OnceCell<SharedCredentialsProvider>,
}

impl CredentialSource {
    /// `host_wire` reaches AWS and metadata services only.
    pub(crate) fn of(identity: Identity<SecretText>, host_wire: &Wire) -> Arc<Self> {
        let kind = match identity {
            Identity::AccessKey {
                access_key_id,
                secret_access_key,
            } => {
                let secret = secret_access_key.expose();
                Kind::Fixed(Credentials::new(
                    access_key_id,
                    secret,
                    None,
                    None,
                    "keyferry",
                ))
            }
            Identity::AssumeRole { role, base } => Kind::Role {
                role,
                base: Self::of(*base, host_wire),
            },
            Identity::WebIdentity {
                role_arn,
                token_file,
            } => Kind::WebIdentity {
                role_arn,
                token_file,
            },
            Identity::Host { profile } => Kind::Host(Host {
                profile,
                wire: host_wire.clone(),
                chain: OnceCell::new(),
            }),
        };
        Arc::new(Self {
            kind,
            held: Mutex::new(None),
            renewing: tokio::sync::Mutex::default(),
        })
    }

    /// The IAM user's own access key at the bottom, where there is one: roles have no access keys to manage.
    pub(crate) fn access_key(&self) -> Option<&Credentials> {
        match &self.kind {
            Kind::Fixed(credentials) => Some(credentials),
            Kind::Role { base, .. } => base.access_key(),
            Kind::WebIdentity { .. } | Kind::Host(_) => None,
        }
    }

    /// Credentials that live long enough for a call, from the cache or anew.
    ///
    /// # Errors
    ///
    /// Why there are none.
    pub(crate) async fn get(&self, link: &Link) -> Result<Credentials, NoCredentials> {
        if let Kind::Fixed(credentials) = &self.kind {
            return Ok(credentials.clone());
        }
        if let Some(fresh) = self.fresh(link) {
            return Ok(fresh);
        }
        let _one_at_a_time = self.renewing.lock().await;
        if let Some(fresh) = self.fresh(link) {
            return Ok(fresh);
        }
        let renewed = self.kind.renew(link).await?;
        *self.lock() = Some(renewed.clone());
        Ok(renewed)
    }

    /// Empties the cache, here and below.
    pub(crate) fn forget(&self) {
        *self.lock() = None;
        if let Kind::Role { base, .. } = &self.kind {
            base.forget();
        }
    }

    fn fresh(&self, link: &Link) -> Option<Credentials> {
        let needed_until = after(after(link.clock.now(), link.skew.get()), RENEW_BEFORE);
        let held = self.lock();
        let credentials = held.as_ref()?;
        let expiry = credentials.expiry().map(Timestamp::try_from);
        match expiry {
            Some(Ok(expiry)) if expiry > needed_until => Some(credentials.clone()),
            // Without an expiry (static keys of the host) the chain is asked each time.
            _ => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Credentials>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
trait Renew {
    async fn renew(&self, link: &Link) -> Result<Credentials, NoCredentials>;
}

#[async_trait]
impl Renew for Kind {
    async fn renew(&self, link: &Link) -> Result<Credentials, NoCredentials> {
        match self {
            Self::Fixed(credentials) => Ok(credentials.clone()),
            Self::Role { role, base } => {
                let base = base.get(link).await?;
                assume(link, role, base).await
            }
            Self::WebIdentity {
                role_arn,
                token_file,
            } => assume_with_token(link, role_arn, token_file).await,
            Self::Host(host) => host.credentials(link).await,
        }
    }
}

async fn assume(
    link: &Link,
    role: &RoleToAssume,
    base: Credentials,
) -> Result<Credentials, NoCredentials> {
    let sts = client!(
        aws_sdk_sts,
        link,
        link.region,
        link.other_endpoint(),
        link.reading(),
        Some(base)
    );
    let answer = sts
        .assume_role()
        .role_arn(&role.role_arn)
        .role_session_name(&link.session)
        .set_external_id(role.external_id.clone())
        .send()
        .await
        .map_err(|error| failure("AssumeRole", &error))?;
    let user = answer
        .assumed_role_user()
        .map(aws_sdk_sts::types::AssumedRoleUser::arn);
    check_role("AssumeRole", &role.role_arn, user)?;
    from_sts("AssumeRole", answer.credentials())
}

async fn assume_with_token(
    link: &Link,
    role_arn: &str,
    token_file: &str,
) -> Result<Credentials, NoCredentials> {
    const OPERATION: &str = "AssumeRoleWithWebIdentity";
    let token = tokio::fs::read_to_string(token_file)
        .await
        .map_err(|error| format!("the token file {token_file} cannot be read: {error}"))?;
    if !is_web_token(token.trim()) {
        return Err(format!("the file {token_file} holds no OpenID token").into());
    }
    let sts = client!(
        aws_sdk_sts,
        link,
        link.region,
        link.other_endpoint(),
        link.reading(),
        None
    );
    let answer = sts
        .assume_role_with_web_identity()
        .role_arn(role_arn)
        .role_session_name(&link.session)
        .web_identity_token(token.trim())
        .send()
        .await
        .map_err(|error| failure(OPERATION, &error))?;
    let user = answer
        .assumed_role_user()
        .map(aws_sdk_sts::types::AssumedRoleUser::arn);
    check_role(OPERATION, role_arn, user)?;
    from_sts(OPERATION, answer.credentials())
}

/// Whether a text has the form of a signed JSON web token (RFC 7519), at most 20,000 characters, as STS takes it: no
/// other file of this host ever leaves it as a token.
fn is_web_token(text: &str) -> bool {
    let is_base64 = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let parts: Vec<&str> = text.split('.').collect();
    // `{"` in Base64: the header is a JSON object.
    text.len() <= 20_000
        && parts.len() == 3
        && parts.iter().all(|part| is_base64(part))
        && text.starts_with("eyJ")
}

/// Whether the session in the answer belongs to the role that was asked: same partition, account and name.
fn check_role(operation: &str, asked: &str, found: Option<&str>) -> Result<(), String> {
    let found = found.ok_or_else(|| format!("the answer to {operation} names no role"))?;
    let is_same = role_identity(asked, "role") == role_identity(found, "assumed-role");
    match is_same {
        true => Ok(()),
        false => Err(format!(
            "the answer to {operation} names {found}, but {asked} was asked"
        )),
    }
}

/// Partition, account and bare name; an assumed role's ARN has no path.
fn role_identity<'a>(arn: &'a str, kind: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let mut parts = arn.splitn(6, ':').skip(1);
    let partition = parts.next()?;
    let account = parts.nth(2)?;
    let resource = parts.next()?.strip_prefix(kind)?.strip_prefix('/')?;
    let name = match kind {
        "role" => resource.rsplit('/').next()?,
        _ => resource.split('/').next()?,
    };
    Some((partition, account, name))
}

fn from_sts(operation: &str, found: Option<&StsCredentials>) -> Result<Credentials, NoCredentials> {
    let found = found.ok_or_else(|| format!("the answer to {operation} has no credentials"))?;
    let expiry = std::time::SystemTime::try_from(*found.expiration())
        .map_err(|_| format!("the answer to {operation} has an odd expiry"))?;
    Ok(Credentials::new(
        found.access_key_id(),
        found.secret_access_key(),
        Some(found.session_token().to_owned()),
        Some(expiry),
        "keyferry",
    ))
}

impl Host {
    /// The host's own credentials. The SDK's chain reads environment and profiles; should it find endpoints there,
    /// the wire refuses them.
    async fn credentials(&self, link: &Link) -> Result<Credentials, NoCredentials> {
        let chain = self.chain.get_or_init(|| Box::pin(self.build(link))).await;
        let found = chain.provide_credentials().await.map_err(|error| {
            format!("the host has no credentials to give: {}", innermost(&error))
        })?;
        Ok(found)
    }

    async fn build(&self, link: &Link) -> SharedCredentialsProvider {
        let region = aws_types::region::Region::new(link.region.as_str().to_owned());
        let timing = link.reading();
        let config = ProviderConfig::empty()
            .with_region(Some(region.clone()))
            .with_http_client(self.wire.clone())
            .with_sleep_impl(link.sleep())
            .with_time_source(timing.time);
        match &self.profile {
            Some(profile) => SharedCredentialsProvider::new(
                ProfileFileCredentialsProvider::builder()
                    .configure(&config)
                    .profile_name(profile)
                    .build(),
            ),
            None => SharedCredentialsProvider::new(
                DefaultCredentialsChain::builder()
                    .region(region)
                    .configure(config)
                    .build()
                    .await,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_of_another_role_or_account_is_not_ours() {
        let asked = "arn:aws:iam::111122223333:role/teams/Keyferry";
        let check = |found| check_role("AssumeRole", asked, Some(found)).is_ok();

        assert!(check("arn:aws:sts::111122223333:assumed-role/Keyferry/job"));
        assert!(!check("arn:aws:sts::111122223333:assumed-role/Other/job"));
        assert!(!check(
            "arn:aws:sts::444455556666:assumed-role/Keyferry/job"
        ));
        assert!(!check(
            "arn:aws-cn:sts::111122223333:assumed-role/Keyferry/job"
        ));
        assert!(check_role("AssumeRole", asked, None).is_err());
    }
}
