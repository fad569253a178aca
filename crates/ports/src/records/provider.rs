//! OpenID providers, the rules that give roles, who comes by which provider, and sign-ins under way.

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::connection::SealedSecret;
use keyferry_domain::id::{GroupId, ProviderId, SessionId, SignInRuleId, UserId};
use keyferry_domain::name::Name;

use super::Records;

/// Whom Keyferry lets in that comes by a provider for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provisioning {
    /// Only those who were added before.
    Invited,
    /// Everybody whom the provider lets in: they are added then.
    JustInTime,
}

impl Provisioning {
    /// Every kind with its word.
    pub const ALL: &[(Self, &'static str)] = &[
        (Self::Invited, "invited"),
        (Self::JustInTime, "just-in-time"),
    ];

    /// The word.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.1)
    }

    /// The kind with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == word).map(|row| row.0)
    }
}

/// The claim of a name that counts only where the provider says that it has verified it (`email_verified`, OpenID Connect Core 5.1).
/// Others, as `preferred_username`, people may choose and take over from each other.
pub const VERIFIED_CLAIM: &str = "email";

/// An OpenID provider by which people sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInProvider {
    /// Identity.
    pub id: ProviderId,
    /// Unique. It never changes: roles that its rules gave speak of it.
    pub name: Name,
    /// The issuer, an `https` URL. It never changes: subjects are unique at one issuer alone.
    pub issuer: String,
    /// As what Keyferry is registered there.
    pub client_id: String,
    /// Sealed by the vault; `None` for a public client.
    pub client_secret: Option<SealedSecret>,
    /// What is asked for, besides `openid`.
    pub scopes: Vec<String>,
    /// The claim that names people.
    pub name_claim: String,
    /// Where browsers reach Keyferry, without a slash at its end: the provider sends them back there.
    pub public_url: String,
    /// PEM bundle that counts instead of the host's CA certificates.
    pub ca_bundle: Option<String>,
    /// Whom it lets in.
    pub provisioning: Provisioning,
    /// When added.
    pub created_at: Timestamp,
    /// Counts changes.
    pub revision: u64,
}

impl SignInProvider {
    /// Whether the provider has verified that a name is of whoever comes under it.
    pub fn vouches_for_names(&self) -> bool {
        self.name_claim == VERIFIED_CLAIM
    }
}

/// Gives a role to everybody of whom a provider claims something, at every sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRule {
    /// Identity.
    pub id: SignInRuleId,
    /// Of which provider.
    pub provider: ProviderId,
    /// Which claim; what is within objects is written with dots.
    pub claim: String,
    /// The value that it has, or that is among its values.
    pub value: String,
    /// Which role.
    pub role: Name,
    /// In which group; `None` is the installation.
    pub group: Option<GroupId>,
    /// Who made the rule.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
}

/// That a person comes by a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderIdentity {
    /// Who. Each person comes by one provider at most.
    pub user: UserId,
    /// By which.
    pub provider: ProviderId,
    /// As the provider calls that person for ever; `None` until the first sign-in.
    pub subject: Option<String>,
    /// The name that is waited for, in its canonical form, until the subject is known.
    pub awaited: Option<String>,
    /// Since when the subject is known.
    pub bound_at: Option<Timestamp>,
}

/// What a sign-in at a provider was begun for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowPurpose {
    /// A session in the browser that began it.
    Browser,
    /// A recent proof in a session that is there.
    Confirm(SessionId),
    /// A session of a command line on the browser's host.
    CommandLine {
        /// Where it listens on the loopback address.
        port: u16,
        /// SHA-256 of what it will say for the code.
        challenge: [u8; 32],
    },
}

/// A sign-in that was begun at a provider. Only hashes of what the browser holds are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInFlow {
    /// SHA-256 of the state.
    pub state: [u8; 32],
    /// SHA-256 of the cookie of the browser that began it.
    pub browser: [u8; 32],
    /// At which provider.
    pub provider: ProviderId,
    /// What for.
    pub purpose: FlowPurpose,
    /// Where the browser goes afterwards: a path here.
    pub return_to: String,
    /// From which address it was begun, as addresses are counted; empty where none is known.
    pub begun_from: String,
    /// When begun.
    pub created_at: Timestamp,
    /// When it lapses.
    pub expires_at: Timestamp,
}

/// A code for which a command line gets a session, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInCode {
    /// SHA-256 of the code.
    pub hash: [u8; 32],
    /// SHA-256 of what the command line says with it.
    pub challenge: [u8; 32],
    /// Whose session.
    pub user: UserId,
    /// The person's [`access_epoch`](super::User::access_epoch) at the sign-in.
    pub epoch: u64,
    /// When the person proved who it is.
    pub confirmed_at: Timestamp,
    /// When it lapses.
    pub expires_at: Timestamp,
}

/// Reads of providers, and of sign-ins under way.
#[async_trait]
pub trait ProviderRecords: Send + Sync + 'static {
    /// By id.
    async fn find_provider(&self, id: ProviderId) -> Records<Option<SignInProvider>>;
    /// By name.
    async fn find_provider_by_name(&self, name: &Name) -> Records<Option<SignInProvider>>;
    /// All, by name.
    async fn list_providers(&self) -> Records<Vec<SignInProvider>>;
    /// The rules of a provider, by claim, value, role and group.
    async fn list_sign_in_rules(&self, provider: ProviderId) -> Records<Vec<SignInRule>>;
    /// By id.
    async fn find_sign_in_rule(&self, id: SignInRuleId) -> Records<Option<SignInRule>>;
    /// By which provider a person comes.
    async fn find_identity(&self, user: UserId) -> Records<Option<ProviderIdentity>>;
    /// By what the provider calls the person.
    async fn find_identity_by_subject(
        &self,
        provider: ProviderId,
        subject: &str,
    ) -> Records<Option<ProviderIdentity>>;
    /// Who is waited for under a canonical name.
    async fn find_awaited_identity(
        &self,
        provider: ProviderId,
        name: &str,
    ) -> Records<Option<ProviderIdentity>>;
    /// Everybody who comes by a provider, by person.
    async fn list_identities(&self, provider: ProviderId) -> Records<Vec<ProviderIdentity>>;
    /// A sign-in that was begun, by the SHA-256 of its state.
    async fn find_sign_in_flow(&self, state: &[u8; 32]) -> Records<Option<SignInFlow>>;
    /// How many sign-ins were begun and neither ended nor forgotten.
    async fn count_sign_in_flows(&self) -> Records<u64>;
    /// By the SHA-256 of the code.
    async fn find_sign_in_code(&self, hash: &[u8; 32]) -> Records<Option<SignInCode>>;
}
