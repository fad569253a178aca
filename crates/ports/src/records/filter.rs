//! Pages and filters of lists.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use keyferry_domain::id::{ConnectionId, GroupId, JobId, KeyId, KeystoreId};
use keyferry_domain::name::Name;

use super::jobs::{JobState, TargetState};
use super::subject::Subject;

/// Which part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Rows, 1 to 1,000.
    pub limit: u32,
    /// Where the last page ended; opaque.
    pub cursor: Option<String>,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            limit: 100,
            cursor: None,
        }
    }
}

impl Page {
    /// The cursor behind a row of a list that is ordered by name, then by id.
    pub fn behind(id: impl Display, name: &Name) -> String {
        format!("{id}:{name}")
    }

    /// Reads such a cursor back: name and id, as the list is ordered. `None` where it is none.
    pub fn read_behind<I: FromStr>(cursor: &str) -> Option<(String, I)> {
        let (id, name) = cursor.split_once(':')?;
        Some((name.to_owned(), id.parse().ok()?))
    }
}

/// One page of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageOf<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where to go on; `None` at the end.
    pub next: Option<String>,
}

/// Of which groups.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Groups {
    /// Of all.
    #[default]
    All,
    /// Of these alone.
    Only(BTreeSet<GroupId>),
}

impl Groups {
    /// Whether what belongs to this group is among it.
    pub fn holds(&self, group: GroupId) -> bool {
        match self {
            Self::All => true,
            Self::Only(groups) => groups.contains(&group),
        }
    }
}

/// Which keys.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct KeyFilter {
    /// Of these groups.
    pub groups: Groups,
    /// Whose name contains this, in any case.
    pub text: Option<String>,
}

/// Which KMS keys.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct KmsKeyFilter {
    /// Of these groups.
    pub groups: Groups,
    /// Of this keystore.
    pub keystore: Option<KeystoreId>,
    /// Under this connection.
    pub connection: Option<ConnectionId>,
    /// Made from this key.
    pub source: Option<KeyId>,
    /// With this life (its word).
    pub life: Option<String>,
    /// In this Region.
    pub region: Option<String>,
    /// Whose name contains this, in any case.
    pub text: Option<String>,
}

/// Which jobs.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct JobFilter {
    /// About nothing outside these groups.
    pub groups: Groups,
    /// In this state.
    pub state: Option<JobState>,
    /// With a target on this.
    pub subject: Option<Subject>,
}

/// Which targets of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetFilter {
    /// Of this job.
    pub job: JobId,
    /// In this state.
    pub state: Option<TargetState>,
    /// Due at this time.
    pub due_by: Option<Timestamp>,
}

impl TargetFilter {
    /// All targets of a job.
    pub fn of(job: JobId) -> Self {
        Self {
            job,
            state: None,
            due_by: None,
        }
    }

    /// Those of a job in a state.
    pub fn in_state(job: JobId, state: TargetState) -> Self {
        Self {
            state: Some(state),
            ..Self::of(job)
        }
    }
}
