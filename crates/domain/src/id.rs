//! Typed ids: UUIDs (version 7 when we make them) that cannot be mixed up.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The text is not a UUID.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id (a UUID)")]
pub struct NotAnId {
    text: String,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Gives a UUID its meaning.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID, for storage and the wire.
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::try_parse(text).map(Self).map_err(|_| NotAnId { text: text.to_owned() })
            }
        }
    )+};
}

ids! {
    /// Something that a person should look at.
    AlertId,
    /// One frozen request that others consent to.
    ApprovalId,
    /// One human, however many accounts.
    PersonId,
    /// A program that uses keys.
    ApplicationId,
    /// A certificate that stands for an application.
    ApplicationCertificateId,
    /// An API key of an application.
    ApplicationKeyId,
    /// That somebody has a role.
    AssignmentId,
    /// One try of one step.
    AttemptId,
    /// A connection to one AWS account.
    ConnectionId,
    /// Where alerts are delivered to.
    DestinationId,
    /// A group of people and applications.
    GroupId,
    /// One operation under way.
    JobId,
    /// A logical key in the vault.
    KeyId,
    /// A named set of KMS keys.
    KeystoreId,
    /// Our record of one KMS key; not AWS's key id.
    KmsKeyId,
    /// Names one creation of a KMS key; travels in the tag `keyferry:op`.
    OperationId,
    /// What one person prepared for another to take out of the vault.
    PreparationId,
    /// An OpenID provider by which people sign in.
    ProviderId,
    /// A rule that gives a role to those whose provider claims something of them.
    SignInRuleId,
    /// One protection of the vault's root key.
    SealId,
    /// A signed-in browser or client.
    SessionId,
    /// All KMS keys of one account and Region, looked through one after the other.
    SweepId,
    /// One KMS key within a job.
    TargetId,
    /// An API token.
    TokenId,
    /// A time in which an application uses keys whose use needs consent.
    UsePeriodId,
    /// A person who signs in.
    UserId,
}

/// Until somebody says otherwise, each account is a human's only one.
impl From<UserId> for PersonId {
    fn from(account: UserId) -> Self {
        Self(account.0)
    }
}
