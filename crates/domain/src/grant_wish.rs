//! What jobs are to do about grants: wishes that are fulfilled once, each by the job that was asked to.
//!
//! To let others use a KMS key, and to end that, takes a right of its own, and AWS may refuse any grant by itself: no other
//! job carries it out, or waits for it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::grant::WantedGrant;
use crate::id::JobId;
use crate::intent::Intent;

/// What one job is to do about grants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantWishes {
    /// Given, in every place.
    pub give: BTreeSet<WantedGrant>,
    /// Were to be given and shall not be any more: one that comes after all is taken back.
    pub give_up: BTreeSet<WantedGrant>,
    /// Taken back; AWS's ids.
    pub revoke: BTreeSet<String>,
    /// Retired; AWS's ids.
    pub retire: BTreeSet<String>,
}

impl GrantWishes {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The wishes by job; `None` is the request that is being decided on, which has no job yet.
pub type GrantErrands = BTreeMap<Option<JobId>, GrantWishes>;

impl Intent {
    /// What a job carries out of it; `None`: what is asked for just now. What other jobs are to do about grants is theirs.
    pub fn on(&self, job: Option<JobId>) -> Cow<'_, Self> {
        if self.grants.keys().all(|asked| *asked == job) {
            return Cow::Borrowed(self);
        }
        let mut carried_out = self.clone();
        carried_out.grants.retain(|asked, _| *asked == job);
        Cow::Owned(carried_out)
    }

    /// What was asked for just now is the job's.
    pub fn assign_grants(&mut self, job: JobId) {
        if let Some(wishes) = self.grants.remove(&None) {
            self.grants.insert(Some(job), wishes);
        }
    }

    /// Nothing is to be done about grants for a job any more. Answers whether there was anything.
    pub fn drop_grants(&mut self, job: JobId) -> bool {
        self.grants.remove(&Some(job)).is_some()
    }

    /// Changes what is asked for just now.
    pub(crate) fn ask_of_grants(&mut self, change: impl FnOnce(&mut GrantWishes)) {
        change(self.grants.entry(None).or_default());
        self.without_idle_errands();
    }

    /// Changes what everybody asked for.
    pub(crate) fn change_grants(&mut self, change: impl FnMut(&mut GrantWishes)) {
        self.grants.values_mut().for_each(change);
        self.without_idle_errands();
    }

    fn without_idle_errands(&mut self) {
        self.grants.retain(|_, wishes| !wishes.is_empty());
    }

    /// Grants that shall be given, in every place. Whoever takes one back later, or retires it as grants are meant to be,
    /// changes nothing that is wanted.
    pub fn grants_to_give(&self) -> impl Iterator<Item = &WantedGrant> {
        self.grants.values().flat_map(|wishes| &wishes.give)
    }

    /// Grants that shall not be given any more.
    pub fn grants_given_up(&self) -> impl Iterator<Item = &WantedGrant> {
        self.grants.values().flat_map(|wishes| &wishes.give_up)
    }

    /// AWS's ids of grants that shall be taken back.
    pub fn grants_to_revoke(&self) -> impl Iterator<Item = &String> {
        self.grants.values().flat_map(|wishes| &wishes.revoke)
    }

    /// AWS's ids of grants that shall be retired.
    pub fn grants_to_retire(&self) -> impl Iterator<Item = &String> {
        self.grants.values().flat_map(|wishes| &wishes.retire)
    }
}
