//! Audit leaves: finished bytes; the records give them their place in the log.

use jiff::Timestamp;
use keyferry_domain::connection::SealedSecret;
use keyferry_domain::id::GroupId;

use super::access::AccessClaim;
use super::application::ApplicationClaim;
use super::approval::Consent;
use super::filter::Groups;

/// In whose name a batch is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Claim {
    /// A person.
    Person(AccessClaim),
    /// A program.
    Application(ApplicationClaim),
}

impl Claim {
    /// By whose consent. Programs have none.
    pub fn consent(&self) -> Consent {
        match self {
            Self::Person(claim) => claim.consent,
            Self::Application(_) => Consent::Nobody,
        }
    }
}

impl From<AccessClaim> for Claim {
    fn from(claim: AccessClaim) -> Self {
        Self::Person(claim)
    }
}

impl From<ApplicationClaim> for Claim {
    fn from(claim: ApplicationClaim) -> Self {
        Self::Application(claim)
    }
}

/// A leaf to append. Index and tree are the records' affair, the bytes are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLeaf {
    /// Canonical JSON of the entry.
    pub bytes: Vec<u8>,
    /// RFC 6962 leaf hash of the bytes.
    pub hash: [u8; 32],
    /// When, for searching.
    pub at: Timestamp,
    /// Who, for searching.
    pub actor: String,
    /// What, for searching.
    pub action: String,
    /// On which object (its id), for searching.
    pub object: String,
    /// Whose access must not have ended when it is written; it is not stored.
    pub in_the_name_of: Option<Claim>,
    /// A group that it is about besides that of its object; kept beside the log, for searching.
    pub group: Option<GroupId>,
}

/// A leaf with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Place in the log, from 0.
    pub index: u64,
    /// The leaf.
    pub leaf: AuditLeaf,
}

/// Which leaves. Those of a group are those about what belonged to it when they were written, and about roles in it: the
/// records find that out by the objects, and keep it beside the leaves.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// By this actor.
    pub actor: Option<String>,
    /// With this action.
    pub action: Option<String>,
    /// On this object.
    pub object: Option<String>,
    /// About one of these groups; what is about none is in [`Groups::All`] alone.
    pub groups: Groups,
}

/// The key that signs the log's checkpoints. There is one for the life of an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditKey {
    /// Its public half, as C2SP signed-note writes it; its name is the log's origin.
    pub verifier: String,
    /// Its seed, sealed by the vault.
    pub sealed: SealedSecret,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What the log said about itself, signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditCheckpoint {
    /// The number of leaves.
    pub size: u64,
    /// The root of their tree.
    pub root: [u8; 32],
    /// The signed note, with the cosignatures that came since.
    pub note: String,
    /// When it was signed.
    pub signed_at: Timestamp,
}

/// A hash of the tree above the leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditNode {
    /// From 1: one hash of level 1 stands for 256 leaves, one of a higher level for 256 of the level below.
    pub level: u32,
    /// Its place on its level, from 0.
    pub place: u64,
    /// The root of what is below.
    pub hash: [u8; 32],
}
