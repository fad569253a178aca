//! What is recorded of rights, kept in memory for as long as the records say that it is still so.
//!
//! Whatever gives or takes rights moves their revision on, in its own transaction, on whichever server. The revision is read for each
//! decision, and what is kept counts where it is the same. It is read before what it stands for: what is kept may be newer than its
//! revision, which then is never found again, and is never older. A database that went back counts its revisions anew, so that nothing
//! is kept while this server is in quarantine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyferry_authz::{Policies, Resource};
use keyferry_domain::approval::ApprovalRule;
use keyferry_ports::records::{RoleAssignment, RoleHolder};

use crate::action::Action;
use crate::error::{AccessError, AppError};
use crate::parts::Shared;

use super::PolicyCache;

/// What was read last.
#[derive(Debug, Default)]
pub(crate) struct RightsCache {
    last: Mutex<Option<Arc<Recorded>>>,
    policies: PolicyCache,
}

/// Roles, own policies and rules about consent, by one revision of rights.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(super) revision: u64,
    /// Roles and own policies, compiled.
    pub(super) policies: Arc<Policies>,
    /// Whether there are own policies.
    pub(super) has_own: bool,
    /// Which actions need consent.
    pub(super) rules: Vec<ApprovalRule>,
    /// Those who were asked about.
    given: Mutex<BTreeMap<RoleHolder, Arc<Given>>>,
}

/// Somebody's roles, by one revision of rights, and what was decided by them.
#[derive(Debug)]
pub(crate) struct Given {
    pub(super) roles: Vec<RoleAssignment>,
    /// By action and group, where nothing else counts.
    decided: Mutex<BTreeMap<(Action, String), bool>>,
}

/// Decisions that are kept of one holder.
const DECIDED_MAX: usize = 1_000;

impl Given {
    /// What `decide` says of an action; it is asked once for each group where roles alone count.
    pub(super) fn allows(
        &self,
        policies: &Policies,
        (action, resource): (Action, &Resource),
        decide: impl FnOnce() -> Result<bool, AppError>,
    ) -> Result<bool, AppError> {
        let by_roles = policies.go_by_roles_alone(action.as_str());
        if !by_roles.map_err(AccessError::BadPolicy)? {
            return decide();
        }
        let question = (action, resource.group().to_owned());
        if let Some(is_allowed) = lock(&self.decided).get(&question) {
            return Ok(*is_allowed);
        }
        let is_allowed = decide()?;
        let mut decided = lock(&self.decided);
        if decided.len() >= DECIDED_MAX {
            decided.clear();
        }
        decided.insert(question, is_allowed);
        Ok(is_allowed)
    }
}

impl RightsCache {
    fn of(&self, revision: u64) -> Option<Arc<Recorded>> {
        let last = lock(&self.last);
        last.clone().filter(|kept| kept.revision == revision)
    }

    fn keep(&self, read: &Arc<Recorded>) {
        *lock(&self.last) = Some(Arc::clone(read));
    }

    /// Keeps nothing any more: what was read may be of another history of the database, whose revisions are other rights.
    pub(crate) fn forget(&self) {
        *lock(&self.last) = None;
    }
}

impl Shared {
    /// What is recorded of rights now.
    pub(super) async fn rights(&self) -> Result<Arc<Recorded>, AppError> {
        let revision = self.ports.records.rights_revision().await?;
        self.rights_at(revision).await
    }

    /// What is recorded of rights by a revision that was read just now.
    pub(super) async fn rights_at(&self, revision: u64) -> Result<Arc<Recorded>, AppError> {
        let records = &self.ports.records;
        let is_trusted = self.quarantine.why().is_none();
        if !is_trusted {
            self.rights.forget();
        }
        if let Some(kept) = self.rights.of(revision) {
            return Ok(kept);
        }
        let custom = records.list_custom_roles().await?;
        let own = records.list_access_policies().await?;
        let read = Arc::new(Recorded {
            revision,
            has_own: !own.is_empty(),
            policies: self.rights.policies.of(custom, own)?,
            rules: records.list_approval_rules().await?,
            given: Mutex::default(),
        });
        if is_trusted {
            self.rights.keep(&read);
        }
        Ok(read)
    }

    /// What somebody was given.
    pub(super) async fn given_to(
        &self,
        rights: &Recorded,
        holder: RoleHolder,
    ) -> Result<Arc<Given>, AppError> {
        let kept = lock(&rights.given).get(&holder).cloned();
        if let Some(given) = kept {
            return Ok(given);
        }
        let given = Arc::new(Given {
            roles: self.ports.records.list_assignments_of(holder).await?,
            decided: Mutex::default(),
        });
        lock(&rights.given).insert(holder, Arc::clone(&given));
        Ok(given)
    }
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
