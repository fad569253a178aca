//! What watching a whole account leaves in the records: sweeps, KMS keys that nobody manages here, alerts.

use super::filter::Groups;
use jiff::Timestamp;
use keyferry_domain::arn::{KmsKeyArn, Region};
use keyferry_domain::drift::Severity;
use keyferry_domain::id::{AlertId, ConnectionId, GroupId, SweepId};
use keyferry_domain::view::Place;

use super::subject::Subject;

/// One account and Region, looked through again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweep {
    /// Identity.
    pub id: SweepId,
    /// Whose account. One sweep for each connection and Region.
    pub connection: ConnectionId,
    /// Where.
    pub region: Region,
    /// When the pass under way began.
    pub started_at: Option<Timestamp>,
    /// Where that pass goes on; opaque here.
    pub marker: Option<String>,
    /// When the last whole pass ended.
    pub finished_at: Option<Timestamp>,
    /// What the pass under way, or else the last one, saw.
    pub counts: SweepCounts,
    /// Counts changes.
    pub revision: u64,
}

/// What a pass saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SweepCounts {
    /// KMS keys in AWS.
    pub seen: u64,
    /// Of these, not seen before.
    pub added: u64,
    /// Of these, otherwise than last time.
    pub changed: u64,
    /// Known before and no longer there.
    pub gone: u64,
    /// With a drift from what is wanted.
    pub drifted: u64,
}

/// A KMS key in AWS that nobody manages here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundKey {
    /// Which.
    pub arn: KmsKeyArn,
    /// Through which connection it was seen.
    pub connection: ConnectionId,
    /// Its first alias, or AWS's key id.
    pub name: String,
    /// What was read of it.
    pub place: Place,
    /// When it was first seen.
    pub first_seen_at: Timestamp,
    /// When it was last seen.
    pub last_seen_at: Timestamp,
    /// Whether AWS no longer lists it.
    pub is_gone: bool,
}

/// Something that a person should look at. Of one subject and code, one alert is open at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Identity.
    pub id: AlertId,
    /// What it is about.
    pub subject: Subject,
    /// The name of what it is about, for lists.
    pub name: String,
    /// Who owns what it is about.
    pub group: GroupId,
    /// For machines, `area.problem`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// For people, one sentence.
    pub message: String,
    /// Particulars as JSON: findings, plan, who did it.
    pub details: String,
    /// When it was first seen.
    pub opened_at: Timestamp,
    /// When it was last seen.
    pub seen_at: Timestamp,
    /// When it was over; `None` while it is open.
    pub resolved_at: Option<Timestamp>,
    /// Who has taken note of it, and when.
    pub acknowledged: Option<(String, Timestamp)>,
    /// Counts changes.
    pub revision: u64,
}

/// Which found keys.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct FoundKeyFilter {
    /// Seen through connections of these groups.
    pub groups: Groups,
    /// Seen through this connection.
    pub connection: Option<ConnectionId>,
    /// In this Region.
    pub region: Option<Region>,
    /// Whose name contains this, in any case.
    pub text: Option<String>,
    /// Not seen since.
    pub unseen_since: Option<Timestamp>,
    /// Whether those count that AWS no longer lists.
    pub with_gone: bool,
}

/// Which alerts.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AlertFilter {
    /// Of these groups.
    pub groups: Groups,
    /// Only open, or only resolved ones.
    pub is_open: Option<bool>,
    /// At least this bad.
    pub severity: Option<Severity>,
    /// About this.
    pub subject: Option<Subject>,
}
