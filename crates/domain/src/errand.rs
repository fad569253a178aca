//! What one job alone does or leaves alone: wishes that are fulfilled once, by the job that was asked to, and what a
//! synchronizing was told not to touch.
//!
//! To let others use a KMS key, and to end that, takes a right of its own, and AWS may refuse any grant by itself: no other
//! job carries it out, or waits for it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::grant::WantedGrant;
use crate::id::JobId;
use crate::intent::Intent;

/// What one job is to do about grants, and what it leaves as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errand {
    /// Given, in every place.
    pub give: BTreeSet<WantedGrant>,
    /// Were to be given and shall not be any more: one that comes after all is taken back.
    pub give_up: BTreeSet<WantedGrant>,
    /// Taken back; AWS's ids.
    pub revoke: BTreeSet<String>,
    /// Retired; AWS's ids.
    pub retire: BTreeSet<String>,
    /// The key policy stays as AWS has it.
    pub leaves_policy: bool,
    /// No material is brought in.
    pub leaves_material: bool,
}

impl Errand {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The errands by job; `None` is the request that is being decided on, which has no job yet.
pub type Errands = BTreeMap<Option<JobId>, Errand>;

impl Intent {
    /// What a job carries out of it; `None`: what is asked for just now. What other jobs are to do about grants is theirs.
    pub fn on(&self, job: Option<JobId>) -> Cow<'_, Self> {
        let is_whole = !self.is_partly_on(job);
        if is_whole && self.errands.keys().all(|asked| *asked == job) {
            return Cow::Borrowed(self);
        }
        let mut carried_out = self.clone();
        carried_out.errands.retain(|asked, _| *asked == job);
        if let Some(errand) = self.errands.get(&job) {
            if errand.leaves_policy {
                carried_out.policy = None;
            }
            if errand.leaves_material {
                carried_out.versions.clear();
                carried_out.current = None;
            }
        }
        Cow::Owned(carried_out)
    }

    /// Whether a job leaves something as it is that is wanted otherwise: when it is done, not all is as wanted.
    pub fn is_partly_on(&self, job: Option<JobId>) -> bool {
        let errand = self.errands.get(&job);
        errand.is_some_and(|errand| errand.leaves_policy || errand.leaves_material)
    }

    /// What was asked for just now is the job's.
    pub fn assign_errand(&mut self, job: JobId) {
        if let Some(wishes) = self.errands.remove(&None) {
            self.errands.insert(Some(job), wishes);
        }
    }

    /// Nothing is to be done or left for a job alone any more. Answers whether there was anything.
    pub fn drop_errand(&mut self, job: JobId) -> bool {
        self.errands.remove(&Some(job)).is_some()
    }

    /// Changes what is asked for just now.
    pub(crate) fn ask_errand(&mut self, change: impl FnOnce(&mut Errand)) {
        change(self.errands.entry(None).or_default());
        self.without_idle_errands();
    }

    /// Changes what everybody asked for.
    pub(crate) fn change_errands(&mut self, change: impl FnMut(&mut Errand)) {
        self.errands.values_mut().for_each(change);
        self.without_idle_errands();
    }

    fn without_idle_errands(&mut self) {
        self.errands.retain(|_, wishes| !wishes.is_empty());
    }

    /// Grants that shall be given, in every place. Whoever takes one back later, or retires it as grants are meant to be,
    /// changes nothing that is wanted.
    pub fn grants_to_give(&self) -> impl Iterator<Item = &WantedGrant> {
        self.errands.values().flat_map(|wishes| &wishes.give)
    }

    /// Grants that shall not be given any more.
    pub fn grants_given_up(&self) -> impl Iterator<Item = &WantedGrant> {
        self.errands.values().flat_map(|wishes| &wishes.give_up)
    }

    /// AWS's ids of grants that shall be taken back.
    pub fn grants_to_revoke(&self) -> impl Iterator<Item = &String> {
        self.errands.values().flat_map(|wishes| &wishes.revoke)
    }

    /// AWS's ids of grants that shall be retired.
    pub fn grants_to_retire(&self) -> impl Iterator<Item = &String> {
        self.errands.values().flat_map(|wishes| &wishes.retire)
    }
}
