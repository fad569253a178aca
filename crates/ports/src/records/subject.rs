//! What a target is about. The engine only compares subjects: nothing is worked on twice at once.

use std::fmt;
use std::str::FromStr;

use keyferry_domain::id::{ConnectionId, DestinationId, GroupId, KeyId, KmsKeyId, SweepId, UserId};

/// There is one log, so its id is its name.
const AUDIT_LOG: &str = "audit:log";

/// What a target is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// One KMS key.
    KmsKey(KmsKeyId),
    /// One account and Region, looked through whole.
    Sweep(SweepId),
    /// One connection: its access key.
    Connection(ConnectionId),
    /// One destination of alerts. Alerts are about it; no target is.
    Destination(DestinationId),
    /// One key in the vault. Alerts are about it; no target is.
    Key(KeyId),
    /// One person. Alerts are about it; no target is.
    User(UserId),
    /// One group. Alerts are about it; no target is.
    Group(GroupId),
    /// The audit log. Alerts are about it; no target is.
    AuditLog,
}

impl Subject {
    /// The KMS key, where it is one.
    pub fn kms_key(self) -> Option<KmsKeyId> {
        match self {
            Self::KmsKey(id) => Some(id),
            Self::Sweep(_)
            | Self::Connection(_)
            | Self::Destination(_)
            | Self::Key(_)
            | Self::User(_)
            | Self::Group(_)
            | Self::AuditLog => None,
        }
    }
}

impl From<ConnectionId> for Subject {
    fn from(id: ConnectionId) -> Self {
        Self::Connection(id)
    }
}

impl From<GroupId> for Subject {
    fn from(id: GroupId) -> Self {
        Self::Group(id)
    }
}

impl From<KeyId> for Subject {
    fn from(id: KeyId) -> Self {
        Self::Key(id)
    }
}

impl From<KmsKeyId> for Subject {
    fn from(id: KmsKeyId) -> Self {
        Self::KmsKey(id)
    }
}

/// `kms-key:ID`, as stored.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KmsKey(id) => write!(f, "kms-key:{id}"),
            Self::Sweep(id) => write!(f, "sweep:{id}"),
            Self::Connection(id) => write!(f, "connection:{id}"),
            Self::Destination(id) => write!(f, "destination:{id}"),
            Self::Key(id) => write!(f, "key:{id}"),
            Self::User(id) => write!(f, "user:{id}"),
            Self::Group(id) => write!(f, "group:{id}"),
            Self::AuditLog => f.write_str(AUDIT_LOG),
        }
    }
}

/// The text names no subject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` names nothing that can be worked on")]
pub struct NotASubject {
    text: String,
}

impl FromStr for Subject {
    type Err = NotASubject;

    fn from_str(text: &str) -> Result<Self, NotASubject> {
        if text == AUDIT_LOG {
            return Ok(Self::AuditLog);
        }
        let subject = match text.split_once(':') {
            Some(("kms-key", id)) => id.parse().ok().map(Self::KmsKey),
            Some(("sweep", id)) => id.parse().ok().map(Self::Sweep),
            Some(("connection", id)) => id.parse().ok().map(Self::Connection),
            Some(("destination", id)) => id.parse().ok().map(Self::Destination),
            Some(("key", id)) => id.parse().ok().map(Self::Key),
            Some(("user", id)) => id.parse().ok().map(Self::User),
            Some(("group", id)) => id.parse().ok().map(Self::Group),
            _ => None,
        };
        subject.ok_or_else(|| NotASubject {
            text: text.to_owned(),
        })
    }
}
