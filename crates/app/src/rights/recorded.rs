//! What is recorded of rights, kept in memory for as long as the records say that it is still so.
//!
//! Whatever gives or takes rights moves their revision on, in its own transaction, on whichever server. The revision is read for each
//! decision, and what is kept counts where it is the same. It is read before what it stands for: what is kept may be newer than its
//! revision, which then is never found again, and is never older.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyferry_authz::Policies;
use keyferry_domain::approval::ApprovalRule;
use keyferry_ports::records::{RoleAssignment, RoleHolder};

use crate::error::AppError;
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
    /// The roles of those who were asked about.
    given: Mutex<BTreeMap<RoleHolder, Arc<[RoleAssignment]>>>,
}

impl RightsCache {
    fn of(&self, revision: u64) -> Option<Arc<Recorded>> {
        let last = lock(&self.last);
        last.clone().filter(|kept| kept.revision == revision)
    }

    fn keep(&self, read: &Arc<Recorded>) {
        *lock(&self.last) = Some(Arc::clone(read));
    }
}

impl Shared {
    /// What is recorded of rights now.
    pub(super) async fn rights(&self) -> Result<Arc<Recorded>, AppError> {
        let records = &self.ports.records;
        let revision = records.rights_revision().await?;
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
        self.rights.keep(&read);
        Ok(read)
    }

    /// The roles that somebody has.
    pub(super) async fn roles_of(
        &self,
        rights: &Recorded,
        holder: RoleHolder,
    ) -> Result<Arc<[RoleAssignment]>, AppError> {
        let kept = lock(&rights.given).get(&holder).cloned();
        if let Some(given) = kept {
            return Ok(given);
        }
        let given = self.ports.records.list_assignments_of(holder).await?;
        let given: Arc<[RoleAssignment]> = given.into();
        lock(&rights.given).insert(holder, Arc::clone(&given));
        Ok(given)
    }
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
